package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Argo CD's page shows and can do, asked of the API that it asks. */
@ClusterTest
class WebPageIT {
    private static final String STAGING = "hello-staging";
    private static final String CONTROLLER = "system:serviceaccount:argocd:argocd-application-controller";

    @TempDir
    static Path folder;

    static ArgoCd argocd;

    @BeforeAll
    static void login() {
        argocd = ArgoCd.login(folder);
    }

    @Test
    @Order(1)
    @DisplayName("Argo CD shows each Application down to its pods, with their logs and the image")
    void tree() {
        // What it showed last may be older than the projects' rights.
        for (String application : new String[] {"hello", "hello-production", "hello-staging", "platform"}) {
            argocd.run("app", "get", application, "--refresh").orFail();
        }
        assertThat(tree("hello-production")).containsPattern("(?s)Deployment .*─.*ReplicaSet .*─.*Pod ");
        assertThat(tree("platform")).containsPattern("(?s)Deployment .*─.*ReplicaSet .*─.*Pod ");
        assertThat(tree("hello")).containsPattern("(?s)ApplicationSet .*─.*Application ");
        assertThat(tree("hello-production")).contains(pods("production"));
        assertThat(tree(STAGING)).contains(pods("staging"));
        String logs = argocd.run("app", "logs", STAGING, "--tail", "5").orFail().output();
        assertThat(logs).isNotBlank();
        assertThat(field("argocd", "application/" + STAGING, ".status.summary.images"))
                .contains("@sha256:");
        measured("4 Applications; " + logs.lines().count() + " lines of log");
    }

    private static String tree(String application) {
        return argocd.run("app", "resources", application, "--output", "tree=detailed")
                .orFail()
                .output();
    }

    @Test
    @Order(2)
    @DisplayName("Argo CD refreshes, syncs and restarts a Deployment, and refuses to roll back while auto-sync is on")
    void actions() {
        List<String> before = pods("staging");
        argocd.run("app", "get", STAGING, "--refresh").orFail();
        argocd.run("app", "sync", STAGING, "--timeout", "120").orFail();
        argocd.run("app", "actions", "run", STAGING, "restart", "--kind", "Deployment")
                .orFail();
        double seconds = waitUntil(
                "other pods alone run",
                () -> pods("staging").stream().noneMatch(before::contains) && Cluster.allHealthy());
        CommandResult rollback = argocd.run("app", "rollback", STAGING);
        assertThat(rollback.exitCode()).isNotZero();
        Symptom.of("rollback cannot be initiated when auto-sync is enabled").isIn(rollback.output());
        assertThat(field("argocd", "application/" + STAGING, ".spec.info[*].value"))
                .contains("make rollback ENV=staging");
        measured("only new pods " + seconds + " s after the restart");
    }

    @Test
    @Order(3)
    @DisplayName("git brings no bare pod or ReplicaSet into an environment, although Argo CD may show them")
    void children() throws IOException {
        String children = resource("web-page/children.yaml")
                .replace("IMAGE", field(STAGING, "deployment/hello", ".spec.template.spec.containers[0].image"));
        String[] dryRun = {"-n", STAGING, "create", "--dry-run=server", "-f", "-"};
        Cluster.kubectlWith(children, dryRun).orFail();
        for (String child : children.split("(?m)^---\n")) {
            assertThat(Cluster.kubectlWith(child, with(dryRun, "--as=" + CONTROLLER))
                            .output())
                    .contains("hello-children", "denied");
        }
        Clone clone = Clone.fresh(folder, "dora");
        clone.write("gitops/chart/templates/children.yaml", children, "What only controllers make");
        clone.git("push", "-q", "cluster");
        try {
            Symptom denied = Symptom.of("ValidatingAdmissionPolicy 'hello-children' … denied request");
            String message = ".status.operationState.message";
            measured("named after "
                    + waitUntil(
                            "Argo CD says so", () -> denied.matches(field("argocd", "application/" + STAGING, message)))
                    + " s");
            assertThat(kubectl("-n", STAGING, "get", "pods,replicasets", "-o", "name")
                            .orFail()
                            .output())
                    .doesNotContain("refused");
        } finally {
            clone.git("revert", "--no-edit", "HEAD");
            clone.git("push", "-q", "cluster");
        }
        measured("well again after " + Cluster.waitUntilAllIsWell() + " s");
    }

    private static String[] with(String[] words, String more) {
        String[] all = Arrays.copyOf(words, words.length + 1);
        all[words.length] = more;
        return all;
    }

    @Test
    @Order(4)
    @DisplayName("Argo CD names the reason at the pod of an image that cannot be pulled")
    void reason() {
        Clone clone = Clone.fresh(folder, "emil");
        String commit = clone.git("rev-parse", "HEAD");
        clone.bump(commit.substring(0, 12), "sha256:" + "0".repeat(64), commit);
        try {
            measured("named after "
                    + waitUntil(
                            "the tree says so",
                            () -> tree(STAGING)
                                    .lines()
                                    .anyMatch(line -> line.contains("Pod ")
                                            && line.matches(
                                                    ".*(ErrImagePull|ImagePullBackOff|Back-off pulling image).*")))
                    + " s");
        } finally {
            clone.make("rollback", "ENV=staging").orFail();
            Cluster.waitUntilAllIsWell();
        }
    }
}
