package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Cluster.waitUntil;

import hello.e2e.Fault.Loss;
import hello.e2e.Fault.Part;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** One round of the soak: faults begin, last for some seconds and end; then all has to be well again. */
final class Round {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** Seconds for which the faults last. */
    private static final int SHORTEST = 5;

    private static final int LONGEST = 25;

    /** Longer than it may take, so that the report can say how long it took. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final int number;
    private final List<Fault> faults;
    private final Random random;
    private final List<Fault> begun = new ArrayList<>();

    /** When the ingress controller was taken away, and when it answered again. */
    private long away;

    private CompletableFuture<Long> back;

    /**
     * What came of a round, in the time of {@link System#nanoTime}.
     *
     * @param number of the round
     * @param faults that it had
     * @param began when the first of them began
     * @param away when the ingress controller was taken away, and
     * @param back when it answered again: no time where it was there always
     * @param ended when the last fault had ended
     * @param well when all was well again
     */
    record Result(int number, List<Fault> faults, long began, long away, long back, long ended, long well) {

        /** From the end of the last fault until all was well. */
        double secondsToWell() {
            return Math.round((well - ended) / 1e8) / 10.0;
        }

        /** Those requests that were sent in this round. */
        List<Prober.Loss> of(List<Prober.Loss> lost) {
            return between(lost, began, well);
        }

        /** Those that were sent in this round while there was no ingress controller. */
        List<Prober.Loss> whileAway(List<Prober.Loss> lost) {
            return between(lost, away, back);
        }

        private static List<Prober.Loss> between(List<Prober.Loss> lost, long begin, long end) {
            return lost.stream()
                    .filter(loss -> loss.sent() - begin >= 0 && loss.sent() - end < 0)
                    .toList();
        }

        boolean isDouble() {
            return faults.size() > 1;
        }
    }

    /**
     * Plans a round.
     *
     * @param number its number
     * @param faults one, or two that go together
     * @param seed decides about all that chance decides in it
     */
    Round(int number, List<Fault> faults, long seed) {
        this.number = number;
        this.faults = faults.stream().sorted(Comparator.comparing(Fault::part)).toList();
        random = new Random(seed);
    }

    /**
     * Runs it.
     *
     * @param pusher pushes a greeting, while the faults last or after them, which has to arrive
     * @param prober asks production all the time
     * @return what came of it
     * @throws Exception what a fault throws; those that had begun are ended all the same
     */
    Result run(Pusher pusher, Prober prober) throws Exception {
        int seconds = SHORTEST + random.nextInt(LONGEST - SHORTEST + 1);
        boolean early = random.nextBoolean() && faults.stream().noneMatch(fault -> fault.part() == Part.GIT);
        String environment = number % 4 == 0 ? "production" : "staging";
        System.out.printf(
                "%s round %d: %s, for %d s; a push to %s %s%n",
                LocalTime.now().format(CLOCK),
                number,
                faults.stream().map(Fault::name).collect(Collectors.joining(" + ")),
                seconds,
                environment,
                early ? "meanwhile" : "after it");
        long began = System.nanoTime();
        away = began;
        back = CompletableFuture.completedFuture(began);
        String greeting = "";
        try {
            begin(prober);
            int sent = prober.sent();
            greeting = early ? pusher.greet(environment) : "";
            waitUntil("it lasted", PATIENCE, () -> prober.sent() > sent + seconds * prober.perSecond());
        } finally {
            end();
        }
        long ended = System.nanoTime();
        String expected = early ? greeting : pusher.greet(environment);
        waitLongUntil(
                "all is well, and the greeting there",
                PATIENCE,
                () -> answer(environment).startsWith(expected) && Wellness.everything());
        Result result = new Result(number, faults, began, away, back.join(), ended, System.nanoTime());
        System.out.printf(
                "    well %.1f s after the end; %s lost; %s%n",
                result.secondsToWell(), SoakReport.byReason(result.of(prober.lostRequests())), Memory.now());
        return result;
    }

    private void begin(Prober prober) throws Exception {
        for (Fault fault : faults) {
            List<String> before = pods("traefik", "traefik");
            away = fault.loss() == Loss.WHILE_AWAY ? System.nanoTime() : away;
            begun.add(fault);
            fault.begin().run(random);
            if (fault.loss() == Loss.WHILE_AWAY) {
                back = CompletableFuture.supplyAsync(() -> answersAgain(before, prober));
            }
        }
    }

    private void end() throws Exception {
        for (Fault fault : begun.reversed()) {
            fault.end().run(random);
        }
    }

    /**
     * Another pod of the ingress controller than those from before has the service's answer, and since the look before
     * everybody got one: while the former one still ends, both may answer.
     */
    private static long answersAgain(List<String> before, Prober prober) {
        AtomicLong look = new AtomicLong(System.nanoTime());
        waitUntil("the ingress answers again", PATIENCE, () -> {
            long since = look.getAndSet(System.nanoTime());
            return pods("traefik", "traefik").stream().anyMatch(pod -> !before.contains(pod))
                    && answer("production").contains("pod hello-")
                    && prober.lostRequests().stream().noneMatch(loss -> loss.sent() - since > 0);
        });
        return System.nanoTime();
    }
}
