package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing breaks while it changes: asked 200 times a second through the ingress. */
@ClusterTest
class RolloutIT {
    private static final int PER_SECOND = 200;
    private static final String PRE_STOP_SECONDS = ".spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds";

    @TempDir
    static Path folder;

    static Clone carol;

    @BeforeAll
    static void newVersion() throws IOException {
        carol = Clone.fresh(folder, "carol");
        carol.changeCode("a version to roll out");
        carol.make("deploy").orFail(); // to staging: production gets it under load
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("a new version rolls out under load, and no request is lost")
    void rollingUpdate() {
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            carol.make("promote").orFail();
            settle("production");
            prober.assertNoneLost();
            assertThat(prober.answers()).as("old and new, nothing else").hasSize(2);
        }
    }

    @Test
    @Order(2)
    @DisplayName("a change of configuration alone rolls out under load, and no request is lost")
    void configuration() throws IOException {
        carol.pull();
        String greeting = "Good evening " + System.currentTimeMillis() % 100_000; // another one each time
        carol.change(
                "gitops/environments/production/values.yaml",
                "(greeting:\\n  message: .*\\n)?\\z",
                "greeting:\n  message: " + greeting + "\n",
                "Production greets");
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            carol.git("push", "-q", "cluster");
            waitUntil("production greets anew", () -> answer("production").startsWith(greeting));
            settle("production");
            prober.assertNoneLost();
            assertThat(prober.answers()).as("old and new, nothing else").hasSize(2);
        }
    }

    /**
     * The same load must see what goes wrong, or the rows above say nothing: here with a service that stops at once
     * when it is told to go, behind an ingress controller that tries no request twice.
     */
    @Test
    @Order(3)
    @DisplayName("the proof of these tests: with the drain hooks taken out, requests are lost")
    void withoutDrainHooks() throws IOException {
        carol.pull();
        String before = carol.git("rev-parse", "HEAD");
        takeHooksOut();
        try {
            carol.git("push", "-q", "cluster");
            waitUntil(
                    "pods without hooks",
                    () -> field("hello-staging", "deployment/hello", PRE_STOP_SECONDS)
                            .equals("0"));
            waitUntil("an ingress controller without retries", () -> !retries());
            settle("staging");
            ingressIsReady();
            Cluster.waitUntilAllIsWell();
            requestsAreLost();
        } finally {
            carol.git("revert", "--no-edit", before + "..HEAD");
            carol.git("push", "-q", "cluster");
            waitUntil("the retries are back", RolloutIT::retries);
            ingressIsReady();
            settle("staging");
            Cluster.waitUntilAllIsWell();
        }
    }

    private static void takeHooksOut() throws IOException {
        carol.change(
                "gitops/environments/staging/values.yaml",
                "\\z",
                "shutdown:\n  preStopSleepSeconds: 0\n",
                "No time to drain");
        carol.change(
                "gitops/platform/deployment.yaml",
                "(?m)^ *- --entrypoints.web.http.middlewares=retry@file\n",
                "",
                "Nothing is tried twice");
    }

    /** How many are lost in one rollout is chance, a handful to a hundred: none at all in three of them is not. */
    private static void requestsAreLost() throws IOException {
        try (Prober prober = new Prober(host("staging"), PER_SECOND).awaitSteady()) {
            for (int rollout = 0; rollout < 3 && prober.losses() == 0; rollout++) {
                String greeting = carol.greeting("staging");
                carol.git("push", "-q", "cluster");
                waitUntil("staging greets anew", () -> answer("staging").startsWith(greeting));
                settle("staging");
            }
            prober.report();
            assertThat(prober.losses()).as("lost without the hooks").isPositive();
        }
    }

    private static boolean retries() {
        return field("traefik", "deployment/traefik", ".spec.template.spec.containers[0].args")
                .contains("web.http.middlewares");
    }

    private static void ingressIsReady() {
        kubectl("-n", "traefik", "rollout", "status", "deployment/traefik", "--timeout=300s")
                .orFail();
    }

    /** The old pods are gone, and with them the last chance to lose a request. */
    static void settle(String environment) {
        String ns = "hello-" + environment;
        waitUntil("the old pods are gone", () -> {
            String wanted = field(ns, "deployment/hello", ".status.replicas");
            return wanted.equals(Cluster.pods(environment).size() + "")
                    && field(ns, "deployment/hello", ".status.updatedReplicas").equals(wanted);
        });
    }
}
