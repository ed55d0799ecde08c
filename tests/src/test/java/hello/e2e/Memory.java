package hello.e2e;

import static hello.e2e.Cluster.waitLongUntil;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The memory of what runs beside the service.
 *
 * @param mebibytes by part
 */
record Memory(Map<String, Double> mebibytes) {
    private static final Map<String, String> PARTS =
            Map.of("argocd", "Argo CD", "traefik", "ingress controller", "git", "git server", "registry", "registry");

    /** Those who collect garbage give memory back when they like: a quarter and 16 MiB more is no growth. */
    private static final double FACTOR = 1.25;

    private static final double MORE = 16;

    /** As the kubelet measured it last. */
    static Memory now() {
        return of(Kubelet.samples());
    }

    private static Memory of(Map<String, Kubelet.Sample> samples) {
        return new Memory(samples.entrySet().stream()
                .filter(sample -> PARTS.containsKey(namespace(sample.getKey())))
                .collect(Collectors.groupingBy(
                        sample -> PARTS.get(namespace(sample.getKey())),
                        TreeMap::new,
                        Collectors.summingDouble(sample -> sample.getValue().mebibytes()))));
    }

    private static String namespace(String pod) {
        return pod.replaceFirst("/.*", "");
    }

    /** The least of each part in six measurements of the kubelet, one after the other. */
    static Memory least() {
        Map<String, Double> least = new TreeMap<>();
        Set<Instant> times = new HashSet<>();
        waitLongUntil("the memory was measured six times", Duration.ofMinutes(4), () -> {
            Map<String, Kubelet.Sample> samples = Kubelet.samples();
            of(samples).mebibytes().forEach((part, value) -> least.merge(part, value, Math::min));
            times.add(samples.get(Kubelet.NODE).time());
            return times.size() >= 6;
        });
        return new Memory(least);
    }

    /** Waits until no part needs more than before, or a little; it takes minutes to be given back. */
    static Memory within(Memory before) {
        waitLongUntil("no more memory is used than before: " + before.limits(), Duration.ofMinutes(8), () -> {
            Map<String, Double> limits = before.limits().mebibytes();
            return now().mebibytes().entrySet().stream()
                    .allMatch(each -> each.getValue() <= limits.getOrDefault(each.getKey(), 0.0));
        });
        return now();
    }

    private Memory limits() {
        Map<String, Double> limits = new TreeMap<>(mebibytes);
        limits.replaceAll((part, value) -> value * FACTOR + MORE);
        return new Memory(limits);
    }

    @Override
    public String toString() {
        return mebibytes.entrySet().stream()
                .map(each -> "%s %.0f MiB".formatted(each.getKey(), each.getValue()))
                .collect(Collectors.joining(", "));
    }
}
