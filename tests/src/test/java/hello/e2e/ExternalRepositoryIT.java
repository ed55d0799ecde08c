package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repository and a registry outside the cluster, as GitHub and GHCR are: here a git server and a registry on the
 * machine that runs the test. A container runtime takes plain HTTP from localhost alone, so the registry is relayed to
 * the node's loopback.
 */
@ClusterTest
class ExternalRepositoryIT {
    private static final int GIT = 9419;
    private static final int REGISTRY = 5060;
    private static final List<Process> STARTED = new ArrayList<>();

    @TempDir
    static Path folder;

    private static String machine;

    @BeforeAll
    static void start() throws IOException {
        String registry = Cluster.run(folder, "bash", "-c", "command -v registry || command -v docker-registry || true")
                .line();
        assumeTrue(!registry.isEmpty(), "no registry program on this machine");
        machine = Cluster.ownAddress();
        startGitServer();
        startRegistry(registry);
        relay();
        waitUntil("both listen", Duration.ofSeconds(30), () -> listens(GIT) && listens(REGISTRY));
    }

    /** Makes a repository of the git server out of a clone; gives its address. */
    private static String repository(Path clone, String name) {
        Path repository = folder.resolve(name + ".git");
        Cluster.run(folder, "git", "clone", "-q", "--bare", clone.toString(), repository.toString())
                .orFail();
        Cluster.run(repository, "git", "update-ref", "refs/heads/main", "HEAD").orFail();
        Cluster.run(repository, "git", "symbolic-ref", "HEAD", "refs/heads/main")
                .orFail();
        return "git://" + machine + ":" + GIT + "/" + name + ".git";
    }

    private static void startGitServer() throws IOException {
        start(
                "git",
                "daemon",
                "--reuseaddr",
                "--listen=" + machine,
                "--port=" + GIT,
                "--base-path=" + folder,
                "--export-all",
                "--enable=receive-pack",
                folder.toString());
    }

    private static void startRegistry(String program) throws IOException {
        String settings = resource("outside/registry.yaml")
                .replace("FOLDER", folder.resolve("images").toString())
                .replace("PORT", "" + REGISTRY);
        Path file = Files.writeString(folder.resolve("registry.yml"), settings);
        start("env", "OTEL_TRACES_EXPORTER=none", program, "serve", file.toString());
    }

    @AfterAll
    static void stop() {
        try {
            Cluster.run(
                            Cluster.ROOT,
                            "make",
                            "up",
                            "REPO=git://git.git.svc.cluster.local/hello.git",
                            "IMAGE=localhost:5050/hello")
                    .orFail();
            waitUntil("all is well again", Duration.ofMinutes(3), Cluster::allHealthy);
        } finally {
            kubectl("delete", "namespace", "relay", "--wait=false");
            STARTED.forEach(Process::destroy);
        }
    }

    /** The cluster is the one that is there, seen by kubectl alone: whoever asks minikube is told nothing. */
    @Test
    @Order(1)
    @DisplayName("a cluster that minikube did not make, with an Argo CD and an ingress controller of its own, will do")
    void anyCluster() throws IOException {
        Clone olga = Clone.of(folder, "olga");
        olga.make("rename", "NAME=abroad", "PACKAGE=abroad").orFail();
        olga.takeWhatIsBuilt();
        String repo = repository(olga.folder(), "abroad");
        olga.git("remote", "set-url", "origin", repo);
        bringAnIngressController();
        StandIn minikube = StandIn.of(folder.resolve("bin"), "minikube", "exit 1");
        seenByKubectlAlone();
        try {
            assertThat(inAnyCluster(olga, "up", "CONTEXT=company").output())
                    .contains("'company' is no minikube of ours", "make up CONTEXT=company REPO=");
            String[] up = ("up CONTEXT=company REPO=" + repo + " IMAGE=localhost:" + REGISTRY + "/abroad"
                            + " INGRESS_CLASS=elsewhere INGRESS_NAMESPACE=elsewhere ARGOCD=existing")
                    .split(" ");
            assertThat(inAnyCluster(olga, up).orFail().output()).contains("has no image yet");
            String commit = olga.changeCode("a change for any cluster");
            inAnyCluster(olga, "deploy").orFail();
            inAnyCluster(olga, "promote").orFail();
            double again = inAnyCluster(olga, "up").orFail().number("Ready after ([0-9]+) s");
            assertThat(inAnyCluster(olga, "status").orFail().output())
                    .containsPattern("production +\\S+ +" + commit.substring(0, 12));
            assertThat(inAnyCluster(olga, "whats-running", "ENV=production")
                            .orFail()
                            .output())
                    .contains(commit.substring(0, 12), "pod abroad-");
            inAnyCluster(olga, "down").orFail();
            assertThat(kubectl("get", "namespaces").orFail().output())
                    .contains("elsewhere", "hello-staging")
                    .doesNotContain("abroad-");
            assertThat(minikube.calls()).as("what minikube was asked").isEmpty();
            measured("make up again %.0f s".formatted(again));
        } finally {
            kubectl(
                    "delete",
                    "--wait=false",
                    "-f",
                    folder.resolve("controller.yaml").toString());
        }
        waitUntil("all is well", Duration.ofMinutes(3), Cluster::allHealthy);
    }

    private static void bringAnIngressController() throws IOException {
        Path file = Files.writeString(
                folder.resolve("controller.yaml"),
                resource("outside/ingress-controller.yaml").replace("IMAGE", traefik()));
        kubectl("apply", "-f", file.toString()).orFail();
        kubectl("-n", "elsewhere", "rollout", "status", "deployment/controller", "--timeout=60s")
                .orFail();
    }

    private static String traefik() {
        return Cluster.field("traefik", "deployment/traefik", ".spec.template.spec.containers[0].image");
    }

    private static void seenByKubectlAlone() throws IOException {
        String seen = kubectl("config", "view", "--raw", "--minify", "--flatten")
                .orFail()
                .output();
        Path file = Files.writeString(folder.resolve("kubeconfig"), seen);
        kubectl("--kubeconfig", file.toString(), "config", "rename-context", Cluster.CONTEXT, "company")
                .orFail();
    }

    private static CommandResult inAnyCluster(Clone clone, String... arguments) {
        Stream<String> environment = Stream.of(
                "env",
                "KUBECONFIG=" + folder.resolve("kubeconfig"),
                "PATH=" + StandIn.path(folder.resolve("bin")),
                "make");
        return Cluster.run(
                clone.folder(), Stream.concat(environment, Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    @Order(2)
    @DisplayName("a repository and a registry outside the cluster need REPO= and IMAGE=, and nothing else")
    void outside() throws IOException {
        String repo = repository(Cluster.ROOT, "hello");
        Clone dave = Clone.of(folder, "dave");
        dave.git("remote", "set-url", "origin", repo);
        CommandResult up = dave.make("up", "REPO=" + repo, "IMAGE=localhost:" + REGISTRY + "/hello")
                .orFail();
        assertThat(up.output()).contains("has no image yet", "the workflow 'release' makes the first image");
        assertThat(answer("staging")).as("what ran goes on").contains("pod hello-");
        String commit = dave.changeCode("a change from outside");
        CommandResult deploy = dave.make("deploy").orFail();
        assertThat(answer("staging")).contains("commit " + commit);
        assertThat(Cluster.run(folder.resolve("hello.git"), "git", "log", "-1", "--format=%s", "main")
                        .line())
                .startsWith("staging: image " + commit.substring(0, 12));
        dave.git("fetch", "-q", "origin");
        dave.make("promote").orFail();
        assertThat(answer("production")).contains("commit " + commit);
        waitUntil("all is well", Duration.ofMinutes(3), Cluster::allHealthy);
        measured("first new answer " + deploy.number("first answer with the new version ([0-9.]+) s")
                + " s after the push");
    }

    private static void start(String... command) throws IOException {
        STARTED.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(STARTED.size() + ".log").toFile())
                .start());
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(machine, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * A pod in the node's network that carries the node's localhost:5060 to the registry. Traefik's image is there
     * anyway.
     */
    private static void relay() {
        String relay = resource("pods/relay.yaml")
                .replace("ADDRESS", machine + ":" + REGISTRY)
                .replace("IMAGE", traefik())
                .replace("PORT", "" + REGISTRY);
        Cluster.apply(relay).orFail();
        kubectl("-n", "relay", "wait", "pod/relay", "--for=condition=Ready", "--timeout=60s")
                .orFail();
    }
}
