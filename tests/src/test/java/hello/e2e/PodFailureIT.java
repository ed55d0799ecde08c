package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.readyReplicas;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Pods go without notice, or with it: asked 200 times a second through the ingress. */
@ClusterTest
class PodFailureIT {
    private static final String NS = "hello-production";
    private static final int PER_SECOND = 200;

    /**
     * What one of two pods may take with it: the requests that are open on it. It gets 100 a second, and holds each for
     * some milliseconds; a fifth of a second is what a very busy machine makes of that.
     */
    private static final int OPEN_ON_A_POD = 100 / 5;

    /** Before: the class may be run alone. After: the next test finds what this one found, whatever became of it. */
    @BeforeEach
    @AfterEach
    void waitUntilHealthy() {
        waitUntil(
                "two pods and no more",
                () -> pods("production").size() == 2
                        && field(NS, "pdb/hello", ".status.disruptionsAllowed").equals("1"));
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("a pod is deleted without grace: only requests that were open on it can be lost")
    void deleted() {
        String pod = pods("production").getFirst();
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            kubectl("-n", NS, "delete", "pod", pod, "--grace-period=0", "--force")
                    .orFail();
            double seconds = waitUntil(
                    "two pods again",
                    () -> readyReplicas("production") == 2
                            && !pods("production").contains(pod));
            measured("another one ready after " + seconds + " s");
            onlyOpenOnes(prober);
        }
    }

    @Test
    @Order(2)
    @DisplayName("a pod's process is killed (SIGKILL, as for want of memory): only requests that were open on "
            + "it can be lost")
    void killed() {
        String pod = pods("production").getFirst();
        try (Prober prober = new Prober(host("production"), PER_SECOND);
                Killer killer = new Killer()) {
            prober.awaitSteady();
            assertThat(killer.kill(pod).lines()).containsExactly("killed");
            double seconds = waitUntil(
                    "started again",
                    () -> field(NS, "pod/" + pod, ".status.containerStatuses[0].restartCount")
                                    .equals("1")
                            && readyReplicas("production") == 2);
            assertThat(field(NS, "pod/" + pod, ".status.containerStatuses[0].lastState.terminated.exitCode"))
                    .isEqualTo("137");
            measured("ready again after " + seconds + " s");
            onlyOpenOnes(prober);
        }
    }

    @Test
    @Order(3)
    @DisplayName("the node is drained as far as one node can be: no request is lost, and the disruption budget"
            + " keeps the second pod")
    void drained() {
        String node = Cluster.node();
        List<String> before = pods("production");
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            try {
                CommandResult drain = drain(node);
                assertThat(drain.exitCode()).as(drain.output()).isNotZero();
                assertThat(drain.output()).contains("violate the pod's disruption budget");
                assertThat(before.stream().filter(pods("production")::contains))
                        .as("one is left: " + drain.output())
                        .hasSize(1);
                assertThat(readyReplicas("production")).isEqualTo(1);
                assertThat(kubectl("-n", NS, "get", "pods", "--field-selector=status.phase=Pending", "-o", "name")
                                .output()
                                .lines())
                        .as("waits for a node")
                        .hasSize(1);
            } finally {
                kubectl("uncordon", node).orFail();
            }
            measured("both ready " + waitUntil("two pods again", () -> readyReplicas("production") == 2)
                    + " s after the node took pods again");
            prober.assertNoneLost();
        }
    }

    /** Drains a node of the service's pods, for as long as it takes to see that the budget keeps one. */
    static CommandResult drain(String node) {
        return kubectl(
                "drain",
                node,
                "--pod-selector=app.kubernetes.io/name=hello",
                "--delete-emptydir-data",
                "--timeout=12s");
    }

    /** Traefik found no other answer for these: it says so by a status, and nobody's connection to it breaks. */
    private static void onlyOpenOnes(Prober prober) {
        prober.report();
        assertThat(prober.losses()).isLessThanOrEqualTo(OPEN_ON_A_POD);
        assertThat(prober.lost().keySet()).isSubsetOf("status 502", "status 504");
    }
}
