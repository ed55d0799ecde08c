package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.untilAtLast;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Production through its scaling: new pods that only start, then load until pods are added, then quiet until they are gone. All the
 * while production is asked 200 times a second besides.
 */
final class Scaling implements AutoCloseable {
    private static final String NS = "hello-production";
    private static final int PER_SECOND = 200;
    /** As many as keep the service's pods above what the autoscaler allows them, and leave a machine of two cores room to work. */
    private static final int ASKERS = 4;
    private static final int AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** What fresh pods made the autoscaler want: only the least number, one hopes. */
    final CompletableFuture<List<Integer>> spike = new CompletableFuture<>();
    /** What it wanted from the load's begin until the pods were gone. */
    final CompletableFuture<List<Integer>> scaled = new CompletableFuture<>();

    final Prober prober = new Prober(host("production"), PER_SECOND);
    final int least = Integer.parseInt(field(NS, "hpa/hello", ".spec.minReplicas"));
    private final List<Integer> wanted = new CopyOnWriteArrayList<>();
    private volatile boolean running = true;
    private volatile boolean loaded;
    volatile double untilMeasured;
    volatile double untilMore;
    volatile double untilLess;
    final AtomicLong load = new AtomicLong();

    /** Begins at once. */
    Scaling() {
        prober.steady();
        Thread.ofVirtual().start(this::watch);
        Thread.ofVirtual().start(() -> {
            try {
                live();
            } catch (Throwable e) {
                spike.completeExceptionally(e);
                scaled.completeExceptionally(e);
            } finally {
                loaded = false;
            }
        });
    }

    private void live() {
        kubectl("-n", NS, "rollout", "restart", "deployment/hello").orFail();
        kubectl("-n", NS, "rollout", "status", "deployment/hello", "--timeout=180s").orFail();
        wanted.clear();
        // The new pods' first measurement has their start in it; a minute later there is a second, and the first has had its effect.
        untilMeasured = untilAtLast("the new pods are measured", PATIENCE, () -> {
            String measured = kubectl("get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/" + NS + "/pods").orFail().output();
            return pods().stream().allMatch(pod -> measured.contains("\"" + pod.replaceFirst(".*/", "") + "\""));
        });
        untilAtLast("the autoscaler goes by it", PATIENCE, () -> field(NS, "hpa/hello", ".status.conditions[?(@.type==\"ScalingActive\")].status").equals("True"));
        pause(Duration.ofSeconds(75));
        System.out.println("    production: new pods measured after " + untilMeasured + " s, then wanted " + wanted + "; load begins");
        spike.complete(List.copyOf(wanted));

        wanted.clear();
        loaded = true;
        for (int i = 0; i < ASKERS; i++) {
            Thread.ofVirtual().start(this::ask);
        }
        untilMore = untilAtLast("more pods are ready", Duration.ofMinutes(5), () -> ready() > least);
        System.out.println("    production: more pods after " + untilMore + " s, wanted " + wanted);
        pause(Duration.ofSeconds(5)); // they get their share, and must not be lost again at once
        loaded = false;
        untilLess = untilAtLast("the pods that were added are gone", PATIENCE, () -> ready() == least && pods().size() == least);
        scaled.complete(List.copyOf(wanted));
    }

    /**
     * Asks without pause over one connection, several requests at a time without waiting for each answer: so the asking costs this
     * machine little, and leaves the processors to the service.
     */
    private void ask() {
        byte[] requests = ("GET / HTTP/1.1\r\nHost: " + host("production") + "\r\nAccept: text/plain\r\n\r\n").repeat(AT_ONCE).getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(Cluster.IP, 80); BufferedReader answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(10_000);
            while (loaded && running) {
                socket.getOutputStream().write(requests);
                for (int open = AT_ONCE; open > 0; ) {
                    String line = answers.readLine();
                    if (line == null) {
                        throw new EOFException("the connection ended with " + open + " requests open");
                    }
                    if (line.startsWith("HTTP/1.1 ")) {
                        open--;
                        if (line.startsWith("HTTP/1.1 200")) {
                            load.incrementAndGet();
                        }
                    }
                }
            }
        } catch (IOException e) {
            System.out.println("    the load's asker ended: " + e);
        }
    }

    private void watch() {
        while (running) {
            String now = field(NS, "hpa/hello", ".status.desiredReplicas");
            if (!now.isEmpty() && (wanted.isEmpty() || !wanted.getLast().equals(Integer.valueOf(now)))) {
                wanted.add(Integer.valueOf(now));
            }
            pause(Duration.ofSeconds(2));
        }
    }

    private static int ready() {
        String ready = field(NS, "deployment/hello", ".status.readyReplicas");
        return ready.isEmpty() ? 0 : Integer.parseInt(ready);
    }

    private static List<String> pods() {
        return kubectl("-n", NS, "get", "pods", "-l", "app.kubernetes.io/name=hello", "-o", "name").orFail().output().lines().toList();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        running = false;
        prober.close();
    }
}
