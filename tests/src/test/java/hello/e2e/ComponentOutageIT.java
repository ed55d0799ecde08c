package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.runningCommit;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Cluster.withComponentDown;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop's parts are taken away, one at a time, and given back: what runs goes on, and the loop resumes by itself.
 */
@ClusterTest
class ComponentOutageIT {
    private static final int PER_SECOND = 100;

    @TempDir
    static Path folder;

    static Clone erin;

    @BeforeAll
    static void clones() {
        erin = Clone.fresh(folder, "erin");
    }

    @AfterEach
    void waitUntilHealthy() {
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("without the git server the service runs on, a push fails with a clear message, and works "
            + "later with nothing lost")
    void gitServer() throws Exception {
        String greeting = erin.greeting("staging");
        try (Prober prober = new Prober(host("staging"), PER_SECOND).awaitSteady()) {
            withComponentDown("git", "deployment/git", () -> {
                CommandResult push = erin.tryGit("push", "-q", "cluster");
                assertThat(push.exitCode()).isNotZero();
                assertThat(push.output()).contains("the git server in the cluster", "did not take it", "make up");
                CommandResult deploy = erin.make("deploy");
                assertThat(deploy.exitCode()).isNotZero();
                assertThat(deploy.output()).contains("make status shows whether the git server runs");
                argoCdMissesGit();
                assertThat(answer("staging")).contains("pod hello-");
            });
            erin.git("push", "-q", "cluster");
            measured("the push reached curl "
                    + waitUntil("the greeting", () -> answer("staging").startsWith(greeting))
                    + " s after it could be made");
            prober.assertNoneLost();
        }
    }

    /** Argo CD looks, finds nobody, and leaves what runs as it is. */
    private static void argoCdMissesGit() {
        String refresh = "argocd.argoproj.io/refresh=hard";
        kubectl("-n", "argocd", "annotate", "applications", "--all", refresh, "--overwrite")
                .orFail();
        waitUntil(
                "Argo CD misses it",
                () -> field("argocd", "applications", ".items[*].status.sync.status")
                        .contains("Unknown"));
    }

    @Test
    @Order(2)
    @DisplayName("without the registry the service runs on, a deploy fails with a clear message, and a bump "
            + "goes through by itself later")
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
        try (Prober prober = new Prober(host("staging"), PER_SECOND).awaitSteady()) {
            withComponentDown("registry", "deployment/registry", () -> {
                CommandResult deploy = erin.make("deploy");
                assertThat(deploy.exitCode()).isNotZero();
                assertThat(deploy.output()).contains("the registry in the cluster cannot be reached", "make up");
                erin.bump(tag, digest, commit);
                waitUntil(
                        "it cannot be pulled",
                        () -> waitingReasons("hello-staging").contains("Pull"));
            });
            measured("the bump's pods ran "
                    + waitUntil("the new image runs", () -> ready("hello-staging", digest))
                    + " s after the registry was back");
            erin.make("rollback", "ENV=staging").orFail(); // for the next test: the image that its commit made
            prober.assertNoneLost();
        }
    }

    @Test
    @Order(3)
    @DisplayName("without Argo CD the service runs on, and what was pushed meanwhile goes through by itself later")
    void argocd() throws Exception {
        String greeting = erin.greeting("staging");
        String before = runningCommit("staging");
        try (Prober prober = new Prober(host("staging"), PER_SECOND).awaitSteady()) {
            withComponentDown(
                    "argocd",
                    "statefulset/argocd-application-controller",
                    () -> withComponentDown("argocd", "deployment/argocd-repo-server", () -> {
                        erin.git("push", "-q", "cluster");
                        int sent = prober.sent();
                        waitUntil("longer than a push takes", () -> prober.sent() > sent + 15 * PER_SECOND);
                        assertThat(answer("staging")).doesNotStartWith(greeting);
                    }));
            measured("the push reached curl "
                    + waitUntil("the greeting", () -> answer("staging").startsWith(greeting))
                    + " s after Argo CD was back");
            prober.assertNoneLost();
        }
        assertThat(runningCommit("staging")).isEqualTo(before);
    }

    /** Why containers of a namespace wait, for example {@code ErrImagePull}. */
    private static String waitingReasons(String namespace) {
        String reasons = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
        return kubectl("-n", namespace, "get", "pods", "-o", reasons).output();
    }

    /** Whether a pod of the service runs the image with a digest, and is ready. */
    private static boolean ready(String namespace, String digest) {
        String pods = "jsonpath={range .items[*]}{.spec.containers[0].image}"
                + " {.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}";
        return kubectl("-n", namespace, "get", "pods", "-l", "app.kubernetes.io/name=hello", "-o", pods)
                .output()
                .contains(digest + " True");
    }
}
