package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that people share, as docs/any-cluster.md has it: who may deploy, and Argo CD without its first user. */
@ClusterTest
class SharedClusterIT {
    private static final String DEPLOYERS =
            Repository.path("local/deployers.yaml").toString();
    private static final String PORT = "18444";

    @TempDir
    static Path folder;

    @Test
    @Order(1)
    @DisplayName("who is in the group deployers, and has no other right, deploys; who is not is refused with a reason")
    void deployers() throws IOException {
        Clone ivan = Clone.fresh(folder, "ivan");
        kubectl("apply", "-f", DEPLOYERS).orFail();
        try {
            CommandResult outsider = as("outsiders", ivan, "git", "push", "cluster", "HEAD:main");
            assertThat(outsider.exitCode()).isNotZero();
            assertThat(outsider.output()).contains("is forbidden", "did not take it");
            String commit = ivan.changeCode("by one of the deployers");
            CommandResult deployed = as("deployers", ivan, "make", "deploy").orFail();
            assertThat(deployed.output()).contains("every pod answers with commit " + commit.substring(0, 12));
            assertThat(as("deployers", ivan, "make", "status").orFail().output())
                    .doesNotContain("orbidden");
            for (String right : List.of("get secrets -n argocd", "create pods/exec -n argocd", "delete namespaces")) {
                assertThat(mayDeployers(right)).as(right).isFalse();
            }
        } finally {
            kubectl("delete", "-f", DEPLOYERS).orFail();
        }
        measured("deployed; refused to an outsider; 3 of 3 other rights refused");
    }

    /** Runs a command in a clone as a user of this group, by whose rights alone it reaches the cluster. */
    private static CommandResult as(String group, Clone clone, String... command) throws IOException {
        String configuration = "KUBECONFIG=" + configuration(group, clone);
        return Cluster.run(
                clone.folder(),
                Stream.concat(Stream.of("env", configuration), Stream.of(command))
                        .toArray(String[]::new));
    }

    private static boolean mayDeployers(String right) {
        String question = "auth can-i --as=ivan --as-group=deployers " + right;
        return kubectl(question.split(" ")).exitCode() == 0;
    }

    /** kubectl's configuration of this test, but as a user of this group. */
    private static String configuration(String group, Clone clone) throws IOException {
        Map<String, Object> mine = Yaml.document(kubectl("config", "view", "--raw", "--flatten", "--minify")
                .orFail()
                .output());
        Map<String, Object> user = Yaml.mapAt(Yaml.mapsAt(mine, "users").getFirst(), "user");
        user.put("as", "ivan");
        user.put("as-groups", List.of(group));
        Path file = clone.folder().resolveSibling(group + ".yaml");
        return Files.writeString(file, Yaml.text(mine)).toString();
    }

    @Test
    @Order(2)
    @DisplayName("Argo CD's user admin can be switched off: its password opens nothing, and every command still works")
    void withoutAdmin() throws IOException {
        String password = ArgoCd.decoded(field("argocd", ArgoCd.FIRST_PASSWORD, ".data.password"));
        Process page = ArgoCd.page(PORT);
        try {
            waitUntil("the password opens Argo CD", () -> ArgoCd.opens(PORT, password));
            admin("\"false\"");
            double seconds = waitUntil("it opens nothing", () -> !ArgoCd.opens(PORT, password));
            assertThat(Cluster.run(Cluster.ROOT, "make", "sync", "ENV=staging")
                            .orFail()
                            .output())
                    .contains("Synced");
            measured("refused after " + seconds + " s");
        } finally {
            admin("null");
            waitUntil("the password opens Argo CD again", () -> ArgoCd.opens(PORT, password));
            page.destroy();
        }
    }

    private static void admin(String enabled) {
        String patch = "{\"data\": {\"admin.enabled\": " + enabled + "}}";
        kubectl("-n", "argocd", "patch", "configmap", "argocd-cm", "--type=merge", "-p", patch)
                .orFail();
    }
}
