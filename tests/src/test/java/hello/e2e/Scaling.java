package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.readyReplicas;
import static hello.e2e.Cluster.waitLongUntil;

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
 * Production under load until pods are added, then without until they are gone. That takes minutes in which other tests
 * can run: there is one for all of them, begun by who asks for it first. From then on production is asked 100 times a
 * second besides.
 */
final class Scaling {
    /**
     * As many as keep the service's pods well above what the autoscaler allows them, and leave a machine of two cores
     * room to work.
     */
    private static final int CONNECTIONS = 4;

    private static final int PIPELINED = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static Scaling one;

    /** Done when the load is over. */
    final CompletableFuture<Void> scaledOut = new CompletableFuture<>();
    /** Done when the pods that it added are gone. */
    final CompletableFuture<Void> scaledIn = new CompletableFuture<>();

    final Prober prober = Prober.production();
    final int minReplicas = Integer.parseInt(field("hello-production", "hpa/hello", ".spec.minReplicas"));
    /** How many pods the autoscaler wanted, one after the other. */
    final List<Integer> desiredReplicas = new CopyOnWriteArrayList<>();

    final AtomicLong load = new AtomicLong();
    volatile double secondsToScaleOut;
    volatile double secondsToScaleIn;
    private volatile boolean loaded = true;

    private Scaling() {
        Thread.ofVirtual().start(this::run);
    }

    /** The one scaling of this run; begins at the first call. */
    static synchronized Scaling production() {
        one = one == null ? new Scaling() : one;
        return one;
    }

    private void run() {
        try {
            waitLongUntil("no pods are left that an earlier load added", PATIENCE, this::backAtMinimum);
            Thread.ofVirtual().start(this::watchReplicas);
            for (int i = 0; i < CONNECTIONS; i++) {
                Thread.ofVirtual().start(this::sendRequests);
            }
            secondsToScaleOut = waitLongUntil(
                    "more pods are ready", Duration.ofMinutes(5), () -> readyReplicas("production") > minReplicas);
            Thread.sleep(Duration.ofSeconds(5)); // they get their share, and must not be lost again at once
            loaded = false;
            scaledOut.complete(null);
            secondsToScaleIn = waitLongUntil("the pods that were added are gone", PATIENCE, this::backAtMinimum);
            scaledIn.complete(null);
        } catch (Throwable e) {
            loaded = false;
            scaledOut.completeExceptionally(e);
            scaledIn.completeExceptionally(e);
        }
    }

    private boolean backAtMinimum() {
        return readyReplicas("production") == minReplicas && pods("production").size() == minReplicas;
    }

    /**
     * Asks without pause over one connection, several requests at a time without waiting for each answer: so the asking
     * costs this machine little, and leaves the processors to the service.
     */
    private void sendRequests() {
        byte[] requests = ("GET / HTTP/1.1\r\nHost: " + host("production") + "\r\nAccept: text/plain\r\n\r\n")
                .repeat(PIPELINED)
                .getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(Cluster.IP, 80);
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(10_000);
            while (loaded) {
                socket.getOutputStream().write(requests);
                for (int open = PIPELINED; open > 0; ) {
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

    private void watchReplicas() {
        try {
            while (!scaledIn.isDone()) {
                String now = field("hello-production", "hpa/hello", ".status.desiredReplicas");
                if (!now.isEmpty()
                        && (desiredReplicas.isEmpty()
                                || !desiredReplicas.getLast().equals(Integer.valueOf(now)))) {
                    desiredReplicas.add(Integer.valueOf(now));
                    System.out.println("    production: " + now + " pods wanted, " + load + " requests of load so far");
                }
                Thread.sleep(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
