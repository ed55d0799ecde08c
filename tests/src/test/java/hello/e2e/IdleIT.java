package hello.e2e;

import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Yaml;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the cluster needs while nobody asks anything of it, as the kubelet measures it. */
@ClusterTest
class IdleIT {
    /** The kubelet measures a pod every ten to twenty seconds. */
    private static final Duration WINDOW = Duration.ofSeconds(30);

    /** Argo CD has just started what {@code make up} gave it, and takes minutes to give that memory back. */
    private static final int WINDOWS = 8;

    private static final String WHOLE = "";

    /**
     * What the kubelet says of a pod or of the node.
     *
     * @param time when it was measured
     * @param cpuSeconds of CPU since it began
     * @param bytes of memory, without what files are held in it and can be read again
     */
    private record Sample(Instant time, double cpuSeconds, double bytes) {
        static Sample of(Map<String, Object> stats) {
            return new Sample(
                    Instant.parse(Yaml.at(stats, "cpu", "time").toString()),
                    number(Yaml.at(stats, "cpu", "usageCoreNanoSeconds")) / 1e9,
                    number(Yaml.at(stats, "memory", "rssBytes")));
        }

        private static double number(Object value) {
            return ((Number) value).doubleValue();
        }
    }

    /**
     * What something needed during a window.
     *
     * @param cpu thousandths of a CPU
     * @param memory MiB at the window's end
     */
    private record Need(double cpu, double memory) {
        static final Need NOTHING = new Need(0, 0);

        static Need between(Sample first, Sample last) {
            double seconds = Duration.between(first.time, last.time).toMillis() / 1e3;
            return new Need((last.cpuSeconds - first.cpuSeconds) * 1000 / seconds, last.bytes / 1024 / 1024);
        }

        Need plus(Need other) {
            return new Need(cpu + other.cpu, memory + other.memory);
        }

        @Override
        public String toString() {
            return "%.1fm CPU and %.0f MiB".formatted(cpu, memory);
        }
    }

    @Test
    @DisplayName("at rest Argo CD needs no more than 25m CPU and 170 MiB")
    void atRest() throws InterruptedException {
        waitUntil("all is well", Duration.ofMinutes(3), Cluster::allHealthy);
        Map<String, Need> needs = Map.of();
        Need argoCd = Need.NOTHING;
        for (int i = 0; i < WINDOWS && (i == 0 || argoCd.cpu > 25 || argoCd.memory > 170); i++) {
            needs = needs();
            argoCd = sum(needs, pod -> pod.startsWith("argocd/"));
        }
        measured("Argo CD " + argoCd);
        measured("the service " + sum(needs, pod -> pod.startsWith("hello-")));
        measured("the whole node with Kubernetes " + needs.get(WHOLE));
        assertThat(argoCd.cpu).as("Argo CD's CPU").isLessThanOrEqualTo(25);
        assertThat(argoCd.memory).as("Argo CD's memory").isLessThanOrEqualTo(170);
    }

    private static Need sum(Map<String, Need> needs, Predicate<String> pods) {
        return needs.entrySet().stream()
                .filter(each -> pods.test(each.getKey()))
                .map(Map.Entry::getValue)
                .reduce(Need.NOTHING, Need::plus);
    }

    /** Measures for a window: each pod that was there all the time by NAMESPACE/NAME, and the node. */
    private static Map<String, Need> needs() throws InterruptedException {
        Map<String, Sample> first = samples();
        Thread.sleep(WINDOW);
        return samples().entrySet().stream()
                .filter(each -> first.containsKey(each.getKey()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> Need.between(first.get(each.getKey()), each.getValue())));
    }

    private static Map<String, Sample> samples() {
        String node = kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .orFail()
                .output()
                .strip();
        Map<String, Object> summary =
                Yaml.document(kubectl("get", "--raw", "/api/v1/nodes/" + node + "/proxy/stats/summary")
                        .orFail()
                        .output());
        Map<String, Sample> samples = Yaml.mapsAt(summary, "pods").stream()
                .filter(pod -> pod.containsKey("cpu") && Yaml.mapAt(pod, "cpu").containsKey("usageCoreNanoSeconds"))
                .collect(Collectors.toMap(
                        pod -> Yaml.at(pod, "podRef", "namespace") + "/" + Yaml.at(pod, "podRef", "name"), Sample::of));
        samples.put(WHOLE, Sample.of(Yaml.mapAt(summary, "node")));
        return samples;
    }
}
