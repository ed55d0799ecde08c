package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image upon a Java base image, which is what a Mac makes, goes through the loop like the one that Linux makes. */
@ClusterTest
class FallbackImageIT {
    private static final Pattern STARTED = Pattern.compile("Startup completed in (\\d+)ms");

    @TempDir
    static Path folder;

    static Clone erin;
    static Release linked;

    /**
     * What was measured of a release, of the pod that started fastest.
     *
     * @param megabytes the image's size, compressed, as it is pulled
     * @param uploaded the bytes that were pushed
     * @param start the milliseconds that the service itself took to start
     * @param cpu the processor seconds that the pod has used when the kubelet looks after it was ready
     * @param memory the megabytes that it then has
     */
    record Release(double megabytes, long uploaded, double start, double cpu, double memory) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.1f MB, start %.1f s, %.1f s of CPU, %.0f MB of memory",
                    megabytes,
                    start,
                    cpu,
                    memory);
        }
    }

    @BeforeAll
    static void linkedImage() throws IOException {
        erin = Clone.fresh(folder, "erin");
        linked = release("a version with a linked runtime");
    }

    @Test
    @Order(1)
    @DisplayName("the image upon a Java base image, which a Mac makes, goes through the same loop")
    void fallback() throws IOException {
        release("the first upon a Java base image", "IMAGE_RUNTIME=base");
        Release fallback = release("the next upon a Java base image", "IMAGE_RUNTIME=base");
        measured("upon Java %s, a code change pushes %d kB".formatted(fallback, fallback.uploaded() / 1000));
        measured("linked " + linked);
        assertThat(fallback.uploaded()).as("bytes that a code change pushes").isLessThanOrEqualTo(100_000);
        assertThat(fallback.start()).as("seconds to start").isLessThanOrEqualTo(10);
    }

    @Test
    @Order(2)
    @DisplayName("it is promoted over the linked one and rolled back to that under load, and no request is lost")
    void underLoad() {
        String before = Cluster.runningCommit("production");
        String after = Cluster.runningCommit("staging");
        try (Prober prober = new Prober(host("production"), 200).awaitSteady()) {
            erin.make("promote").orFail();
            assertThat(answer("production")).contains("commit " + after);
            erin.make("rollback", "ENV=production").orFail();
            assertThat(answer("production")).contains("commit " + before);
            prober.assertNoneLost();
        }
    }

    private static Release release(String what, String... options) throws IOException {
        erin.pull();
        String commit = erin.changeCode(what);
        String[] words = Stream.concat(Stream.of("deploy"), Stream.of(options)).toArray(String[]::new);
        CommandResult deploy = erin.make(words).orFail();
        assertThat(answer("staging")).contains("commit " + commit);
        assertThat(deploy.output())
                .contains(options.length == 0 ? "its Java runtime is linked by" : "IMAGE_RUNTIME=base asks for it");
        return new Release(
                deploy.number("image: +([0-9]+) bytes in all") / 1e6,
                (long) deploy.number("bytes in all, ([0-9]+) uploaded"),
                least(FallbackImageIT::start),
                least(pod -> usage("pod_cpu_usage_seconds_total", pod)),
                least(pod -> usage("pod_memory_working_set_bytes", pod)) / 1e6);
    }

    private interface Measure {
        double of(String pod);
    }

    private static double least(Measure measure) {
        waitUntil("the old pods are gone", () -> Cluster.pods("staging").size() == 2);
        return Cluster.pods("staging").stream().mapToDouble(measure::of).min().orElseThrow();
    }

    private static double start(String pod) {
        String log = kubectl("-n", "hello-staging", "logs", pod).orFail().output();
        Matcher started = STARTED.matcher(log);
        assertThat(started.find()).as(log).isTrue();
        return Integer.parseInt(started.group(1)) / 1000.0;
    }

    /** The kubelet's own number, from when the pod was ready, or later. */
    private static double usage(String metric, String pod) {
        Pattern line = Pattern.compile("(?m)^" + metric + "\\{[^}]*pod=\"" + pod + "\"\\} ([0-9.e+]+) ([0-9]+)$");
        String node = field("hello-staging", "pod/" + pod, ".spec.nodeName");
        Instant ready = Instant.parse(
                field("hello-staging", "pod/" + pod, ".status.conditions[?(@.type==\"Ready\")].lastTransitionTime"));
        double[] number = new double[1];
        waitUntil("the kubelet measures " + pod, () -> {
            Matcher found = line.matcher(kubectl("get", "--raw", "/api/v1/nodes/" + node + "/proxy/metrics/resource")
                    .orFail()
                    .output());
            if (!found.find()
                    || Instant.ofEpochMilli(Long.parseLong(found.group(2))).isBefore(ready)) {
                return false;
            }
            number[0] = Double.parseDouble(found.group(1));
            return true;
        });
        return number[0];
    }
}
