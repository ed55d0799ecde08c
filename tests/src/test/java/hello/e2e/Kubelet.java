package hello.e2e;

import static hello.e2e.Cluster.kubectl;

import hello.support.Yaml;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/** What pods and the node use, as the kubelet measures it every ten to twenty seconds. */
final class Kubelet {
    /** The node's key among the samples. */
    static final String NODE = "";

    private Kubelet() {}

    /**
     * What the kubelet says of a pod or of the node.
     *
     * @param time when it was measured
     * @param cpuSeconds of CPU since it began
     * @param bytes of memory, without what files are held in it and can be read again
     */
    record Sample(Instant time, double cpuSeconds, double bytes) {
        private static Sample of(Map<String, Object> stats) {
            return new Sample(
                    Instant.parse(Yaml.at(stats, "cpu", "time").toString()),
                    number(Yaml.at(stats, "cpu", "usageCoreNanoSeconds")) / 1e9,
                    number(Yaml.at(stats, "memory", "rssBytes")));
        }

        private static double number(Object value) {
            return ((Number) value).doubleValue();
        }

        double mebibytes() {
            return bytes / 1024 / 1024;
        }
    }

    /**
     * What something needed during a window.
     *
     * @param cpu thousandths of a CPU
     * @param memory MiB at the window's end
     */
    record Need(double cpu, double memory) {
        static final Need NOTHING = new Need(0, 0);

        static Need between(Sample first, Sample last) {
            double seconds = Duration.between(first.time, last.time).toMillis() / 1e3;
            return new Need((last.cpuSeconds - first.cpuSeconds) * 1000 / seconds, last.mebibytes());
        }

        Need plus(Need other) {
            return new Need(cpu + other.cpu, memory + other.memory);
        }

        @Override
        public String toString() {
            return "%.1fm CPU and %.0f MiB".formatted(cpu, memory);
        }
    }

    /** The newest sample of each pod by NAMESPACE/NAME, and that of the node. */
    static Map<String, Sample> samples() {
        Map<String, Object> summary =
                Yaml.document(kubectl("get", "--raw", "/api/v1/nodes/" + Cluster.node() + "/proxy/stats/summary")
                        .orFail()
                        .output());
        Map<String, Sample> samples = Yaml.mapsAt(summary, "pods").stream()
                .filter(pod -> pod.containsKey("cpu") && Yaml.mapAt(pod, "cpu").containsKey("usageCoreNanoSeconds"))
                .collect(Collectors.toMap(
                        pod -> Yaml.at(pod, "podRef", "namespace") + "/" + Yaml.at(pod, "podRef", "name"), Sample::of));
        samples.put(NODE, Sample.of(Yaml.mapAt(summary, "node")));
        return samples;
    }
}
