package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Symptom;
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
    @CsvSource(delimiter = '|', textBlock = """
            LAB_PAGE          | yes or no
            LAB_FORMER_ARGOCD | yes or nothing
            """)
    void whatItBuildsWhenAskedToItRefusesOtherWordsFor(String name, String words) {
        CommandResult refused = Command.bash("lab/build")
                .with(name, "maybe")
                .with("LAB_HOME", folder.toString())
                .run();
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors()).contains(name + " is 'maybe', and has to be " + words);
        assertThat(folder).isEmptyDirectory();
    }

    /** The images and Argo CD's repository are made anew without it, and what no list has is pruned. */
    @Test
    void anEarlierArgoCdThatWasBuiltStays() {
        CommandResult result = Command.bash("""
                mkdir -p "$LAB_HOME"/{work/former_argocd,argoproj}
                echo registry.example/argocd:v1.2.3 >"$LAB_HOME/work/former_argocd/names"
                echo registry.example/argocd:v1.3.0 >"$LAB_HOME/work/images.names"
                release() {
                  git init -q "$2"
                  git -C "$2" -c user.name=A -c user.email=a@example.org commit -q --allow-empty -m "$1"
                  git -C "$2" tag "$1"
                }
                release v1.2.3 "$LAB_HOME/work/former_argocd/argo-cd"
                release v1.3.0 "$LAB_HOME/argoproj/argo-cd"
                lab/steps/former_argocd --keep
                lab/steps/former_argocd --keep
                git ls-remote --tags "$LAB_HOME/argoproj/argo-cd" | sed 's|.*/||'
                cat "$LAB_HOME/work/images.names"
                """)
                .without(name -> name.startsWith("GIT_"))
                .with("LAB_HOME", folder.toString())
                .run()
                .orFail();
        assertThat(result.output().lines())
                .containsExactly(
                        "v1.2.3", "v1.3.0", "registry.example/argocd:v1.3.0", "registry.example/argocd:v1.2.3");
        assertThat(Repository.read("lab/build"))
                .containsPattern("\nstep images\nkeep_former_argocd\nstep kubernetes_images\n");
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

    /** The node is not up here: what it would have been given tells. */
    @Test
    void theNodeLoadsTheImageThatIsThereNowNotOneOfThatNameBefore() throws IOException {
        for (String image : List.of("former", "newest")) {
            Files.deleteIfExists(folder.resolve("image.tar"));
            Files.writeString(folder.resolve("image.tar"), image);
            CommandResult result = Command.bash("lab/lab minikube -p minikube image load \"$1\"", folder + "/image.tar")
                    .with("LAB_HOME", folder.resolve("home").toString())
                    .run();
            assertThat(result.errors()).contains("it is not up");
            assertThat(folder.resolve("home/handed-over/image.tar")).hasContent(image);
        }
    }

    /**
     * The node is a process tree, here one that sleeps; what it did to this machine's network is taken back by name.
     */
    @Test
    void downEndsTheNodeAndKeepsWhatWasBuilt() throws IOException {
        Path programs = folder.resolve("bin");
        StandIn ip = StandIn.of(programs, "ip", "");
        StandIn.of(programs, "find", "");
        Path built = folder.resolve("home/registry/blob");
        Files.createDirectories(built.getParent());
        Files.writeString(built, "built");
        CommandResult result = Command.bash("""
                mkdir -p "$LAB_HOME/node" "$LAB_HOME/.minikube" "$LAB_HOME/handed-over"
                bash -c 'sleep 600; :' &
                echo $! >"$LAB_HOME/node/pid"
                until pgrep -P "$!" >/dev/null; do :; done
                lab/lab status
                make -s lab-down
                [ -z "$(jobs -r)" ]
                lab/lab status
                make -s lab-down
                """)
                .without(name -> name.startsWith("MAKE") || name.equals("MFLAGS"))
                .with("LAB_HOME", folder.resolve("home").toString())
                .with("PATH", StandIn.path(programs))
                .run()
                .orFail();
        assertThat(result.output())
                .containsPattern("(?s)up .*lab: down; what was built is kept in .*/home\n.*the node is down\n.*down;");
        assertThat(Repository.list(folder.resolve("home"))).containsExactly(built.getParent());
        assertThat(built).hasContent("built");
        assertThat(ip.calls()).startsWith("link delete lab0\n");
    }

    @Test
    void makeUpNamesTheLabWhereThereIsNoMinikube() {
        StandIn.real(folder, "bash", "env", "dirname", "basename", "sed");
        CommandResult result = Command.of(folder.resolve("bash").toString(), "local/up")
                .with("PATH", folder.toString())
                .run();
        assertThat(result.exitCode()).isOne();
        Symptom.of("'minikube' is not installed").isIn(result.errors());
        assertThat(result.errors()).contains("'minikube'", "make lab-up");
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
