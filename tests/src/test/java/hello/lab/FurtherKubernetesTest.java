package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A running minikube is raised to a Kubernetes that was built beside the lab's own, which stays. The node is not up
 * here: where the programs lie that minikube would take tells which it would be.
 */
class FurtherKubernetesTest {
    private static final String OWN = "1.98.0";
    private static final String FURTHER = "1.99.1";

    @TempDir
    private Path folder;

    private Path home;

    @BeforeEach
    void theLabIsBuiltAndStartedWithItsOwn() throws IOException {
        home = folder.resolve("home");
        built(home, OWN);
        Files.writeString(home.resolve("kubernetes"), OWN + "\n");
    }

    @ParameterizedTest
    @CsvSource({"--kubernetes-version=v1.99.1", "--kubernetes-version 1.99.1", "--kubernetes-version=1.99.1"})
    void theVersionThatIsAskedForWins(String asked) throws IOException {
        built(home.resolve("also/" + FURTHER), FURTHER);
        CommandResult result = minikube("start -p minikube " + asked);
        assertThat(result.errors()).contains("it is not up");
        assertThat(Repository.list(programs())).containsExactly(programs().resolve("v" + FURTHER));
        assertThat(programs().resolve("v" + FURTHER + "/kubelet")).hasSameBinaryContentAs(program(FURTHER));
    }

    @Test
    void theSameVersionAgainIsTheDefault() throws IOException {
        minikube("-p minikube start --addons=metrics-server");
        assertThat(Repository.list(programs())).containsExactly(programs().resolve("v" + OWN));
        built(home.resolve("also/" + FURTHER), FURTHER);
        raised();
        minikube("-p minikube start");
        assertThat(Repository.list(programs())).contains(programs().resolve("v" + FURTHER));
    }

    @Test
    void theStatusNamesWhatMinikubeWasRaisedTo() throws IOException {
        raised();
        assertThat(Command.bash("mkdir \"$LAB_HOME/node\"; echo $$ >\"$LAB_HOME/node/pid\"; lab/lab status")
                        .with("LAB_HOME", home.toString())
                        .run()
                        .orFail()
                        .line())
                .isEqualTo("lab: the node is up (Kubernetes " + FURTHER + ")");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void oneThatIsNotBuiltIsRefused(boolean pruned) throws IOException {
        if (pruned) {
            built(home.resolve("also/" + FURTHER), FURTHER);
            Files.delete(tag(FURTHER));
        }
        CommandResult result = minikube("start --kubernetes-version=v" + FURTHER);
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors())
                .startsWith("lab: the lab has not built Kubernetes '" + FURTHER + "'\n")
                .endsWith("next: lab/lab also " + FURTHER + "\n")
                .hasLineCount(2);
        assertThat(programs()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "init --config a             | init --config a --ignore-preflight-errors=SystemVerification |",
                "init phase certs all        | init phase certs all        |",
                "init phase kubelet-start -v | init phase kubelet-start -v | kubelet start",
                "reset --force               | reset --force               |"
            })
    void kubeadmIsToldOfTheNodeAndTheKubeletIsStarted(String asked, String said, String service) {
        StandIn services = StandIn.of(folder.resolve("bin"), "service", "");
        minikube("start");
        CommandResult result = Command.bash("\"$1\" $2", programs() + "/v" + OWN + "/kubeadm", asked)
                .with("PATH", StandIn.path(folder.resolve("bin")))
                .run()
                .orFail();
        assertThat(result.line()).isEqualTo(OWN + " " + said);
        assertThat(services.calls().strip()).isEqualTo(service == null ? "" : service);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''     | which Kubernetes? '' is no version",
                "1.99   | which Kubernetes? '1.99' is no version",
                "latest | which Kubernetes? 'latest' is no version",
                "1.98.0 | Kubernetes 1.98.0 is the lab's own"
            })
    void whatIsNoFurtherVersionIsRefused(String version, String sentence) {
        CommandResult result = Command.of("lab/lab", "also", version)
                .with("LAB_HOME", home.toString())
                .run();
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors()).contains(sentence);
        assertThat(home.resolve("also")).doesNotExist();
    }

    /** The steps only write down what they would build; what is pruned, the lab's own function decides. */
    @Test
    void onlyKubernetesItselfIsBuiltBesideAndNothingIsLost() throws IOException {
        Path lab = withoutSteps();
        assertThat(steps(lab, "build")).contains("kubernetes " + OWN, "companions " + OWN, "images " + OWN);
        assertThat(steps(lab, "also v" + FURTHER))
                .containsExactly("kubernetes " + FURTHER, "kubernetes_images " + FURTHER);
        assertThat(tag(OWN)).exists();
        assertThat(tag(FURTHER)).exists();
        assertThat(steps(lab, "also " + FURTHER)).isEmpty();
        assertThat(steps(lab, "build")).isEmpty();
        assertThat(steps(lab, "also 1.99.2")).hasSize(2);
        assertThat(tag(OWN)).exists();
        assertThat(tag(FURTHER)).exists();
        // The lab's own images are made again, and those that its steps do not know are pruned.
        Files.delete(home.resolve("work/kubernetes_images.done"));
        assertThat(steps(lab, "build")).containsExactly("kubernetes_images " + OWN);
        assertThat(tag(FURTHER)).doesNotExist();
        assertThat(steps(lab, "also " + FURTHER)).containsExactly("kubernetes_images " + FURTHER);
        assertThat(tag(FURTHER)).exists();
    }

    /** A copy of the lab, which needs no root, no network and no time. */
    private Path withoutSteps() throws IOException {
        Command.bash(
                        "rm -r \"$2\"; mkdir -p \"$1\"/service; cp -r lab mise.toml gitops local argocd \"$1\";"
                                + " cp service/pom.xml \"$1\"/service",
                        folder + "/copy",
                        home.toString())
                .run()
                .orFail();
        Path lab = folder.resolve("copy/lab");
        StandIn.of(lab, "check", "");
        String step = """
                if [ "${1:-}" = --state ]; then exit; fi
                set -eu
                . "$(dirname "$0")/pack.sh"
                echo "$(basename "$0") $KUBERNETES" >>%s
                push() {
                  echo "$1" >>"$work/$(basename "$0").names"
                  mkdir -p "$LAB_HOME/registry/docker/registry/v2/repositories/${1%%:*}/_manifests/tags/${1##*:}"
                }
                rm -f "$work/$(basename "$0").names"
                """.formatted(folder.resolve("steps"));
        for (String name : "packages runtime files kubernetes".split(" ")) {
            StandIn.of(lab.resolve("steps"), name, step);
        }
        StandIn.of(lab.resolve("steps"), "companions", step + """
                printf '#!/bin/sh\\n' >"$bin/companions"
                chmod 755 "$bin/companions"
                ln -sf companions "$bin/registry"
                touch "$work/pause"
                """);
        StandIn.of(lab.resolve("steps"), "images", step + "push lab/debian:latest; touch $LAB_HOME/preload.txt");
        StandIn.of(lab.resolve("steps"), "kubernetes_images", step + """
                push registry.k8s.io/kube-apiserver:v$KUBERNETES
                prune "$work"/{images,kubernetes_images}.names
                """);
        return lab;
    }

    /** Which steps a command of that lab takes. What it prints goes into a file: a clock of it outlives it. */
    private Iterable<String> steps(Path lab, String command) throws IOException {
        Path steps = Files.writeString(folder.resolve("steps"), "");
        Command.bash("\"$1\"/lab $2 >\"$3\" 2>&1 || { cat \"$3\"; exit 1; }", lab.toString(), command, folder + "/said")
                .with("LAB_HOME", home.toString())
                .with("KUBERNETES", OWN)
                .without("LAB_PAGE"::equals)
                .run()
                .orFail();
        return Files.readAllLines(steps);
    }

    private CommandResult minikube(String arguments) {
        return Command.bash("lab/lab minikube " + arguments)
                .with("LAB_HOME", home.toString())
                .without("KUBERNETES"::equals)
                .run();
    }

    /** What the steps leave of a Kubernetes, as far as it is looked at; the program says its version. */
    private void built(Path where, String version) throws IOException {
        StandIn.of(where.resolve("bin"), "kubernetes", "echo " + version + " \"$@\"");
        Files.createDirectories(where.resolve("work"));
        Files.writeString(
                where.resolve("work/kubernetes_images.names"), "registry.k8s.io/kube-apiserver:v" + version + "\n");
        Files.createDirectories(tag(version));
    }

    /** As minikube writes it. */
    private void raised() throws IOException {
        Path profile = home.resolve(".minikube/profiles/minikube/config.json");
        Files.createDirectories(profile.getParent());
        String version = "\t\t\"KubernetesVersion\": \"v" + FURTHER + "\",\n";
        Files.writeString(profile, "{\n\t\"KubernetesConfig\": {\n" + version + "\t},\n\t\"Nodes\": [\n" + version);
    }

    private Path tag(String version) {
        return home.resolve(
                "registry/docker/registry/v2/repositories/registry.k8s.io/kube-apiserver/_manifests/tags/v" + version);
    }

    private Path program(String version) {
        return home.resolve("also/" + version + "/bin/kubernetes");
    }

    private Path programs() {
        return home.resolve(".minikube/cache/linux/amd64");
    }
}
