package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.readyReplicas;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Production gets more pods for load, and none for pods that only start. While {@link Scaling} loads it, nothing else
 * happens.
 */
@ClusterTest
class ScaleOutIT {
    private static final String NS = "hello-production";

    /**
     * The start of a pod is in its first measurement, which comes within a minute and is looked at every 15 s; after
     * another minute, the autoscaler would act on it.
     */
    private static final Duration FOR_THE_SPIKE = Duration.ofSeconds(60 + 15 + 60 + 15);

    /**
     * The pods' start in the tests before this one counts, unless these have changed the number of pods since, as by a
     * load.
     */
    @Test
    @Order(1)
    @DisplayName("pods that start add no more pods")
    void spike() {
        int least = Integer.parseInt(field(NS, "hpa/hello", ".spec.minReplicas"));
        if (lastScaled().isAfter(youngest())) {
            kubectl("-n", NS, "rollout", "restart", "deployment/hello").orFail();
            kubectl("-n", NS, "rollout", "status", "deployment/hello", "--timeout=300s")
                    .orFail();
        }
        Instant start = youngest();
        waitLongUntil(
                "the start is measured, and would have had its effect",
                FOR_THE_SPIKE.plusMinutes(1),
                () -> Instant.now().isAfter(start.plus(FOR_THE_SPIKE)));
        assertThat(field(NS, "hpa/hello", ".status.conditions[?(@.type==\"ScalingActive\")].status"))
                .as("the autoscaler knows what the pods use")
                .isEqualTo("True");
        assertThat(lastScaled()).as("when the autoscaler last changed its mind").isBeforeOrEqualTo(start);
        assertThat(readyReplicas("production")).isEqualTo(least);
        measured(least + " pods, the youngest "
                + Duration.between(start, Instant.now()).toSeconds() + " s old, use "
                + field(NS, "hpa/hello", ".status.currentMetrics[0].resource.current.averageValue")
                + " each on average");
    }

    @Test
    @Order(2)
    @DisplayName("load adds pods")
    void out() throws Exception {
        Scaling production = Scaling.production();
        production.scaledOut.get(10, TimeUnit.MINUTES);
        measured("more pods ready " + production.secondsToScaleOut + " s after the load began; " + production.load
                + " requests of load; " + production.prober.sent() + " others, " + production.prober.losses()
                + " lost");
        assertThat(production.prober.lost()).isEmpty();
        assertThat(production.secondsToScaleOut).isLessThanOrEqualTo(240);
    }

    /** When the autoscaler last changed the number of pods, or long ago. */
    private static Instant lastScaled() {
        String time = field(NS, "hpa/hello", ".status.lastScaleTime");
        return time.isEmpty() ? Instant.EPOCH : Instant.parse(time);
    }

    private static Instant youngest() {
        return pods("production").stream()
                .map(pod -> Instant.parse(field(NS, "pod/" + pod, ".metadata.creationTimestamp")))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }
}
