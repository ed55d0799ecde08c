package hello.e2e;

import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An hour of faults that chance picks, with pushes in between, while production is asked: for what only their sequence,
 * or two of them at once, would show. By hand and each night ({@code make soak}), not among the other promises.
 */
@ClusterTest
@Tag("nightly")
class SoakIT {
    /** An hour is what is promised; less is for trying. */
    static final int MINUTES = Integer.getInteger("soak.minutes", 60);

    /** The same seed gives the same faults in the same order. */
    private static final long SEED = Long.getLong("soak.seed", System.currentTimeMillis() % 1_000_000);

    private static final int PER_SECOND = 50;

    /** One of two pods gets half of them; see {@link PodFailureIT} for the rest. */
    private static final int OPEN_ON_A_POD = PER_SECOND / 2 / 5;

    /**
     * All is well again this long after a fault's end, at most: after an error Argo CD leaves an ApplicationSet alone
     * for three minutes (its {@code ReconcileRequeueOnValidationError}), and its repo-server needs a moment to be
     * ready.
     */
    private static final Duration WELL = Duration.ofSeconds(210);

    /** After so many rounds a change of the code goes through the whole loop. */
    private static final int ROUNDS_TO_RELEASE = 6;

    /** kB that a commit on main may add to the git server, and an image of another code to the registry. */
    private static final int PER_COMMIT = 64;

    private static final int PER_IMAGE = 256;

    @TempDir
    static Path folder;

    static Pusher pusher;
    static Memory memory;
    static Disk disk;

    @BeforeAll
    static void warmUp() throws Exception {
        System.out.println("a soak of " + MINUTES + " minutes; for the same faults again: make soak SEED=" + SEED);
        pusher = new Pusher(Clone.fresh(folder, "gail"));
        release();
        memory = Memory.least();
        disk = Disk.now(pusher);
        System.out.println("    before: " + memory + "; " + disk);
    }

    @Test
    @Order(1)
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    @DisplayName("an hour of random faults, one and two at once: production loses nothing that the rows above do not"
            + " permit, and all is well, with the newest push, within three and a half minutes of each fault's end")
    void faults() throws Exception {
        List<Round.Result> rounds = new ArrayList<>();
        Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady();
        try {
            run(rounds, prober);
        } finally {
            prober.report();
            System.out.println("\n" + report(rounds, prober).table());
            measured(report(rounds, prober).summary());
        }
        assertThat(report(rounds, prober).complaints()).isEmpty();
    }

    private static void run(List<Round.Result> rounds, Prober prober) throws Exception {
        Random random = new Random(SEED);
        Chance chance = new Chance(Faults.all(pusher), random);
        long end = System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
        while (System.nanoTime() - end < 0) {
            Round round = new Round(rounds.size() + 1, chance.next(), random.nextLong());
            rounds.add(round.run(pusher, prober));
            if (rounds.size() % ROUNDS_TO_RELEASE == 0) {
                release();
            }
        }
    }

    private static SoakReport report(List<Round.Result> rounds, Prober prober) {
        return new SoakReport(rounds, prober.lostRequests(), OPEN_ON_A_POD, WELL.toSeconds());
    }

    private static void release() throws Exception {
        pusher.release();
        waitLongUntil("all is well", WELL, Wellness::everything);
    }

    @Test
    @Order(2)
    @DisplayName("after it Argo CD, the ingress controller, git server and registry need no more memory than before")
    void memory() {
        measured("before: " + memory);
        measured("after: " + Memory.within(memory));
    }

    @Test
    @Order(3)
    @DisplayName("what each commit adds to the git server's disk, and each image to the registry's, is small")
    void disk() {
        Disk more = Disk.now(pusher).minus(disk);
        measured(more.toString());
        assertThat(more.git()).as("kB").isLessThanOrEqualTo(PER_COMMIT * more.commits());
        assertThat(more.registry()).as("kB").isLessThanOrEqualTo(PER_IMAGE * more.images());
    }
}
