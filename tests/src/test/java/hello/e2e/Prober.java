package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Open-loop load: requests leave at fixed times whatever became of those before, so that an outage is seen in full.
 * Every second one opens a connection of its own. Each lost request is counted under its reason.
 */
final class Prober implements AutoCloseable {
    // The class that lets the JDK's client set a Host has to come first.
    private static final String NODE = Cluster.IP;
    private static final Pattern ANSWER =
            Pattern.compile("(.+), .+!\nversion \\S+, commit ([0-9a-f]{40}), pod (\\S+)\n?");

    private static Prober production;

    /**
     * A request without the service's answer.
     *
     * @param sent when it was sent, as {@link System#nanoTime} counts
     * @param reason why it was lost
     */
    record Loss(long sent, String reason) {}

    private final HttpClient client;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread clock;
    private final AtomicInteger sent = new AtomicInteger();
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
    private final Queue<Loss> losses = new ConcurrentLinkedQueue<>();
    private final int perSecond;
    private volatile boolean running = true;

    /** Starts to ask a host of the ingress this many times a second. */
    Prober(String host, int perSecond) {
        this(host, perSecond, "http", HttpClient.newBuilder());
    }

    /** As the constructor, by HTTPS: the certificate has to be for that host, and of an authority trusted there. */
    static Prober secure(String host, int perSecond, SSLContext trust) {
        SSLParameters names = new SSLParameters();
        names.setServerNames(List.of(new SNIHostName(host)));
        return new Prober(
                host,
                perSecond,
                "https",
                HttpClient.newBuilder().sslContext(trust).sslParameters(names));
    }

    private Prober(String host, int perSecond, String scheme, HttpClient.Builder builder) {
        this.perSecond = perSecond;
        client = builder.connectTimeout(Duration.ofSeconds(5))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        URI uri = URI.create(scheme + "://" + NODE + "/");
        clock = Thread.ofPlatform().daemon().start(() -> {
            long next = System.nanoTime();
            while (running) {
                boolean fresh = sent.incrementAndGet() % 2 == 0;
                workers.submit(() -> ask(uri, host, fresh));
                next += 1_000_000_000L / perSecond;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        });
    }

    /**
     * The one that asks production 100 times a second from its first use on, through several classes of tests, until
     * one of them closes it.
     */
    static synchronized Prober production() {
        production = production == null ? new Prober(Cluster.host("production"), 100).awaitSteady() : production;
        return production;
    }

    private void ask(URI uri, String host, boolean fresh) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .header("Host", host)
                .header("Accept", "text/plain")
                .timeout(Duration.ofSeconds(10));
        if (fresh) {
            request.header("Connection", "close");
        }
        long begin = System.nanoTime();
        try {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            Matcher m = ANSWER.matcher(response.body());
            if (response.statusCode() != 200) {
                losses.add(new Loss(begin, "status " + response.statusCode()));
            } else if (!m.matches()) {
                losses.add(new Loss(begin, "not the service's answer: " + response.body()));
            } else {
                answers.computeIfAbsent(m.group(1) + " " + m.group(2), key -> new AtomicInteger())
                        .incrementAndGet();
            }
        } catch (IOException e) {
            losses.add(new Loss(begin, (fresh ? "new connection: " : "kept connection: ") + e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int perSecond() {
        return perSecond;
    }

    /** How many requests were sent so far. */
    int sent() {
        return sent.get();
    }

    /** Answers by greeting and commit, for example {@code Hello 3f0c…}. */
    Map<String, AtomicInteger> answers() {
        return new TreeMap<>(answers);
    }

    /** Lost requests by reason. */
    Map<String, Long> lost() {
        return losses.stream().collect(Collectors.groupingBy(Loss::reason, TreeMap::new, Collectors.counting()));
    }

    /** How many requests were lost so far. */
    int losses() {
        return losses.size();
    }

    /** Each request that was lost so far. */
    List<Loss> lostRequests() {
        return List.copyOf(losses);
    }

    /** Waits until requests have been answered for two seconds, so that what comes next happens under load. */
    Prober awaitSteady() {
        Cluster.waitUntil(
                "a steady state",
                () -> answers.values().stream().mapToInt(AtomicInteger::get).sum() > 2 * perSecond);
        return this;
    }

    /** Stops asking, and puts what it counted into the running test's row. */
    void report() {
        close();
        Promises.measured(sent() + " requests, " + losses() + " lost" + (losses() == 0 ? "" : " " + lost()));
    }

    /** Stops asking, reports, and fails the test if a single request was lost. */
    void assertNoneLost() {
        report();
        assertThat(lost()).isEmpty();
    }

    /** Stops asking and waits for the requests under way. */
    @Override
    public void close() {
        running = false;
        try {
            clock.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.close();
        client.close();
    }
}
