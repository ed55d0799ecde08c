package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lab takes every version and name from where the project keeps it, and makes its node nowhere but in the lab. */
class LabTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "KUBERNETES, mise.toml, kubectl = \"%s\"",
        "MINIKUBE, mise.toml, minikube = \"%s\"",
        "HELM, mise.toml, helm = \"%s\"",
        "ARGOCD, mise.toml, argocd = \"%s\"",
        "TRAEFIK, gitops/platform/deployment.yaml, image: docker.io/library/traefik:v%s",
        "REGISTRY, local/registry.yaml, image: docker.io/library/registry:%s",
        "CURL, gitops/chart/templates/tests/greeting.yaml, curlimages/curl:%s"
    })
    void itReadsEachVersionWhereItIs(String name, String home, String line) {
        String version = setting(name);
        assertThat(version).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(Repository.read(home))
                .containsPattern(Pattern.quote(line.formatted(version)) + "(@sha256:[0-9a-f]{64})?\\s");
    }

    @Test
    void itTakesAnotherKubernetesWithOrWithoutItsV() {
        Command echo = Command.bash(". lab/settings.sh; echo $KUBERNETES");
        assertThat(echo.with("KUBERNETES", "v1.99.1").run().line()).isEqualTo("1.99.1");
        assertThat(echo.with("KUBERNETES", "1.99.1").run().line()).isEqualTo("1.99.1");
    }

    @ParameterizedTest
    @CsvSource({"BASE, image.base", "JAVA_BASE, image.java.base"})
    void theServicesBasesAreAskedForByTheirTags(String name, String property) {
        String base = setting(name);
        assertThat(base).matches("[a-z.]+/[a-z0-9/-]+:[a-z0-9._-]+");
        assertThat(Repository.read("service/pom.xml")).contains("<" + property + ">" + base + "@sha256:");
        assertThat(Repository.read("lab/lab")).contains(name + "_IMAGE='$" + name + "'");
    }

    /** No local build has the digest that its maker's image has, so the node is given the image under that name. */
    @Test
    void whatIsNamedByDigestIsGivenToTheNodeUnderThatName() throws IOException {
        String one = "sha256:" + "1".repeat(64);
        String two = "sha256:" + "2".repeat(64);
        manifest("gitops/platform/deployment.yaml", "image: docker.io/library/traefik:v3@" + one);
        manifest("local/git.yaml", "image: quay.io/argoproj/argocd:v3.6.1 # no digest");
        manifest("argocd/install/kustomization.yaml", """
                images:
                  - name: public.ecr.aws/docker/library/redis
                    newTag: 8-alpine
                    digest: %s
                patches:
                  - path: argocd-cm.yaml
                """.formatted(two));
        assertThat(pinned(folder))
                .containsExactly(
                        "docker.io/library/traefik:v3 docker.io/library/traefik@" + one,
                        "public.ecr.aws/docker/library/redis:8-alpine public.ecr.aws/docker/library/redis@" + two);
    }

    /** Offline by name alone; each start of the lab looks for name and tag among what was built. */
    @Test
    void itBuildsWhatTheProjectNamesByDigest() {
        String images = Repository.read("lab/steps/images");
        assertThat(pinned(Repository.ROOT))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(images).contains(line.substring(0, line.indexOf(':') + 1)));
    }

    /** Every pod reaches it without a log-in; that it refuses a push is tried at each start of the lab. */
    @Test
    void theNodesRegistryIsReadOnly() {
        Object enabled = Yaml.at(
                Yaml.document(Repository.read("lab/node/registry.yaml")),
                "storage",
                "maintenance",
                "readonly",
                "enabled");
        assertThat(enabled).isEqualTo(true);
        assertThat(Repository.read("lab/node/boot"))
                .contains("registry serve \"$lab/node/registry.yaml\"")
                .doesNotContain("REGISTRY_STORAGE_MAINTENANCE");
        assertThat(Repository.read("lab/lab")).containsPattern("wait_until_ready\\n +refuses_pushes\\n");
    }

    /** Elsewhere they would take systemctl away, overwrite the hosts file, and change the root of the file system. */
    @ParameterizedTest
    @CsvSource({"boot, rm", "root, mkdir"})
    void whatMakesTheNodeRunsNowhereElse(String script, String next) {
        // Both look for programs here first, so that what would come next does no harm.
        Path programs = folder.resolve("bin");
        StandIn would = StandIn.of(programs, next, "exit 9");
        CommandResult result = Command.of("lab/node/" + script)
                .with("LAB_HOME", folder.toString())
                .with("PATH", StandIn.path(programs))
                .run();
        assertThat(would.calls()).isEmpty();
        assertThat(result.errors()).contains("runs nowhere else");
        assertThat(result.exitCode()).isOne();
    }

    @Test
    void makeUpNamesTheLabWhereThereIsNoMinikube() {
        StandIn.real(folder, "bash", "env", "dirname", "basename", "sed");
        CommandResult result = Command.of(folder.resolve("bash").toString(), "local/up")
                .with("PATH", folder.toString())
                .run();
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors()).contains("'minikube' is not installed", "make lab-up");
    }

    private static String setting(String name) {
        return Command.bash(". lab/settings.sh; echo ${!1}", name)
                .without("KUBERNETES"::equals)
                .run()
                .orFail()
                .line();
    }

    private static List<String> pinned(Path top) {
        return Command.bash(". lab/settings.sh; top=$1; pinned", top.toString())
                .run()
                .orFail()
                .output()
                .lines()
                .toList();
    }

    private void manifest(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
    }
}
