package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.running;
import static hello.e2e.Cluster.until;
import static hello.e2e.Cluster.without;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The loop's parts are taken away, one at a time, and given back: what runs goes on, and the loop resumes by itself. */
@Tag("e2e")
@ExtendWith(Promises.class)
@Order(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageIT {
    private static final int PER_SECOND = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    static Path folder;

    static Clone erin;

    @BeforeAll
    static void clones() {
        erin = Clone.fresh(folder, "erin");
    }

    @AfterEach
    void well() {
        until("all is well again", PATIENCE, Cluster::allWell);
    }

    @Test
    @Order(1)
    @DisplayName(
            "without the git server the service runs on, a push fails with a clear message, and works later with nothing lost")
    void gitServer() throws Exception {
        String greeting = erin.greeting("staging");
        try (Prober prober = new Prober(host("staging"), PER_SECOND).steady()) {
            without("git", "deployment/git", () -> {
                Cluster.Said push = erin.tryGit("push", "-q", "cluster");
                assertThat(push.exit()).isNotZero();
                assertThat(push.output()).contains("the git server in the cluster", "did not take it", "make up");
                Cluster.Said deploy = erin.make("deploy");
                assertThat(deploy.exit()).isNotZero();
                assertThat(deploy.output()).contains("make status shows whether the git server runs");
                // Argo CD looks, finds nobody, and leaves what runs as it is.
                kubectl(
                                "-n",
                                "argocd",
                                "annotate",
                                "applications",
                                "--all",
                                "argocd.argoproj.io/refresh=hard",
                                "--overwrite")
                        .orFail();
                until(
                        "Argo CD misses it",
                        PATIENCE,
                        () -> field("argocd", "applications", ".items[*].status.sync.status")
                                .contains("Unknown"));
                assertThat(answer("staging")).contains("pod hello-");
            });
            erin.git("push", "-q", "cluster");
            measured("the push reached curl "
                    + until("the greeting", PATIENCE, () -> answer("staging").startsWith(greeting))
                    + " s after it could be made");
            prober.noneLost();
        }
    }

    @Test
    @Order(2)
    @DisplayName(
            "without the registry the service runs on, a deploy fails with a clear message, and a bump goes through by itself later")
    void registry() throws Exception {
        erin.pull();
        erin.git("commit", "-q", "--allow-empty", "-m", "To be pulled later");
        erin.git("push", "-q", "cluster");
        String commit = erin.git("rev-parse", "HEAD");
        String tag = commit.substring(0, 12);
        String before = field("hello-staging", "deployment/hello", ".spec.template.spec.containers[0].image")
                .replaceFirst(".*@", "");
        String digest;
        try (Registry registry = new Registry()) {
            digest = registry.again(before, tag);
        }
        try (Prober prober = new Prober(host("staging"), PER_SECOND).steady()) {
            without("registry", "deployment/registry", () -> {
                Cluster.Said deploy = erin.make("deploy");
                assertThat(deploy.exit()).isNotZero();
                assertThat(deploy.output()).contains("the registry in the cluster cannot be reached", "make up");
                Cluster.run(
                                erin.folder(),
                                "gitops/bump",
                                "staging",
                                "--tag",
                                tag,
                                "--digest",
                                digest,
                                "--commit",
                                commit,
                                "--remote",
                                "cluster")
                        .orFail();
                until(
                        "it cannot be pulled",
                        PATIENCE,
                        () -> kubectl(
                                        "-n",
                                        "hello-staging",
                                        "get",
                                        "pods",
                                        "-o",
                                        "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}")
                                .output()
                                .contains("Pull"));
            });
            measured(
                    "the bump's pods ran " + until("the new image runs", PATIENCE, () -> ready("hello-staging", digest))
                            + " s after the registry was back");
            erin.make("rollback", "ENV=staging").orFail(); // for the next test: the image that its commit made
            prober.noneLost();
        }
    }

    @Test
    @Order(3)
    @DisplayName("without Argo CD the service runs on, and what was pushed meanwhile goes through by itself later")
    void argocd() throws Exception {
        String greeting = erin.greeting("staging");
        String before = running("staging");
        try (Prober prober = new Prober(host("staging"), PER_SECOND).steady()) {
            without(
                    "argocd",
                    "statefulset/argocd-application-controller",
                    () -> without("argocd", "deployment/argocd-repo-server", () -> {
                        erin.git("push", "-q", "cluster");
                        int sent = prober.sent();
                        until("longer than a push takes", PATIENCE, () -> prober.sent() > sent + 15 * PER_SECOND);
                        assertThat(answer("staging")).doesNotStartWith(greeting);
                    }));
            measured("the push reached curl "
                    + until("the greeting", PATIENCE, () -> answer("staging").startsWith(greeting))
                    + " s after Argo CD was back");
            prober.noneLost();
        }
        assertThat(running("staging")).isEqualTo(before);
    }

    private static boolean ready(String namespace, String digest) {
        return kubectl(
                        "-n",
                        namespace,
                        "get",
                        "pods",
                        "-l",
                        "app.kubernetes.io/name=hello",
                        "-o",
                        "jsonpath={range .items[*]}{.spec.containers[0].image} {.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}")
                .output()
                .contains(digest + " True");
    }
}
