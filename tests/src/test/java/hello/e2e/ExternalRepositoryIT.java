package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A repository and a registry outside the cluster, as GitHub and GHCR are: here a git server and a registry on the
 * machine that runs the test.
 */
@ClusterTest
class ExternalRepositoryIT {
    private static final int GIT = 9419;

    @TempDir
    static Path folder;

    private static OutsideServers outside;

    @BeforeAll
    static void start() throws IOException {
        outside = new OutsideServers(folder);
        outside.registry(OutsideServers.REGISTRY);
        outside.relay();
        String[] daemon = ("git daemon --reuseaddr --listen=" + outside.machine + " --port=" + GIT
                        + " --export-all --enable=receive-pack")
                .split(" ");
        outside.start(Stream.concat(Stream.of(daemon), Stream.of("--base-path=" + folder, folder.toString()))
                .toArray(String[]::new));
        outside.waitFor(GIT);
    }

    /** Makes a repository of the git server out of a clone; gives its address. */
    private static String repository(Path clone, String name) {
        outside.repository(clone, name);
        return "git://" + outside.machine + ":" + GIT + "/" + name + ".git";
    }

    @AfterAll
    static void stop() {
        assumeTrue(outside != null);
        outside.close();
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
            String[] up = ("up CONTEXT=company REPO=" + repo + " IMAGE=" + OutsideServers.image("abroad")
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
        Cluster.waitUntilAllIsWell();
    }

    private static void bringAnIngressController() throws IOException {
        Path file = Files.writeString(
                folder.resolve("controller.yaml"),
                resource("outside/ingress-controller.yaml").replace("IMAGE", OutsideServers.traefik()));
        kubectl("apply", "-f", file.toString()).orFail();
        kubectl("-n", "elsewhere", "rollout", "status", "deployment/controller", "--timeout=300s")
                .orFail();
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
        CommandResult up = dave.make("up", "REPO=" + repo, "IMAGE=" + OutsideServers.image("hello"))
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
        Cluster.waitUntilAllIsWell();
        measured("first new answer " + deploy.number("first answer with the new version ([0-9.]+) s")
                + " s after the push");
    }
}
