package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Somebody changes in the cluster what git decides: it comes back within seconds. */
@ClusterTest
class DriftIT {
    private static final String NS = "hello-staging";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /**
     * Argo CD waits five seconds at most between two repairs of one commit (argocd/install); three times that on a busy
     * machine.
     */
    private static final double SECONDS = 3 * 7;

    @BeforeEach
    void waitUntilHealthy() {
        waitUntil("all is well", PATIENCE, Cluster::allHealthy);
    }

    @Test
    @Order(1)
    @DisplayName("deleted objects and changed fields that git sets heal")
    void eachKind() {
        List<String> took = deleted(
                "deployment/hello",
                "service/hello",
                "ingress/hello",
                "hpa/hello",
                "pdb/hello",
                "networkpolicy/hello",
                "serviceaccount/hello");
        took.add("service's field "
                + changed("service/hello", "/spec/ports/0/targetPort", ".spec.ports[0].targetPort", "9") + " s");
        took.add("hpa's field " + changed("hpa/hello", "/spec/maxReplicas", ".spec.maxReplicas", "9") + " s");
        took.add("deployment's field "
                + changed("deployment/hello", "/spec/progressDeadlineSeconds", ".spec.progressDeadlineSeconds", "999")
                + " s");
        waitUntil("staging answers", PATIENCE, () -> answer("staging").contains("pod hello-"));
        measured(String.join(", ", took));
    }

    @Test
    @Order(2)
    @DisplayName("the fifth time in a row heals as soon as the first")
    void fiveTimes() {
        List<String> took = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            took.addAll(deleted("pdb/hello"));
        }
        measured(String.join(", ", took));
    }

    @Test
    @Order(3)
    @DisplayName("scaled below the autoscaler's least, the pods come back")
    void belowTheLeast() {
        String least = field(NS, "hpa/hello", ".spec.minReplicas");
        kubectl("-n", NS, "scale", "deployment/hello", "--replicas=1").orFail();
        double wanted = waitUntil(
                "as many are wanted",
                PATIENCE,
                () -> field(NS, "deployment/hello", ".spec.replicas").equals(least));
        double ready = waitUntil(
                "as many are ready",
                PATIENCE,
                () -> field(NS, "deployment/hello", ".status.readyReplicas").equals(least));
        measured(least + " wanted again after " + wanted + " s, ready " + ready + " s later");
        assertThat(wanted).as("the autoscaler looks every 15 s").isLessThanOrEqualTo(3 * 15);
    }

    /** Deletes objects, all at once, and gives the seconds until there is another one for each. */
    private static List<String> deleted(String... objects) {
        Map<String, String> uids = new LinkedHashMap<>();
        for (String object : objects) {
            uids.put(object, field(NS, object, ".metadata.uid"));
            assertThat(uids.get(object)).as(object).isNotEmpty();
        }
        long begin = System.nanoTime();
        kubectl(Stream.concat(Stream.of("-n", NS, "delete"), Stream.of(objects)).toArray(String[]::new))
                .orFail();
        List<String> took = new ArrayList<>();
        uids.forEach((object, uid) -> {
            waitUntil(
                    object + " is back",
                    PATIENCE,
                    () -> !List.of("", uid).contains(field(NS, object, ".metadata.uid")));
            double seconds = Math.round((System.nanoTime() - begin) / 1e8) / 10.0;
            assertThat(seconds).as(object).isLessThanOrEqualTo(SECONDS);
            took.add(object.replaceFirst("/.*", " ") + seconds + " s");
        });
        return took;
    }

    private static double changed(String object, String pointer, String path, String value) {
        String wanted = field(NS, object, path);
        kubectl(
                        "-n",
                        NS,
                        "patch",
                        object,
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"" + pointer + "\",\"value\":" + value + "}]")
                .orFail();
        double seconds = waitUntil(
                object + " is as git says",
                PATIENCE,
                () -> field(NS, object, path).equals(wanted));
        assertThat(seconds).as(object + " " + path).isLessThanOrEqualTo(SECONDS);
        return seconds;
    }
}
