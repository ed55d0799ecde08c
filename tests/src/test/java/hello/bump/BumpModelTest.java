package hello.bump;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random schedules against real repositories: {@code -Dbump.seeds=500} runs more of them, {@code -Dbump.seed=42} begins
 * at another one. A failure prints its seed, its steps and the repository's history.
 */
class BumpModelTest {

    private static final long FIRST = Long.getLong("bump.seed", 1);
    private static final int SEEDS = Integer.getInteger("bump.seeds", 12);

    @TempDir
    private static Path folder;

    private static Sandbox beginning;

    @BeforeAll
    static void begin() throws IOException {
        beginning = Sandbox.make(Files.createDirectory(folder.resolve("beginning")));
    }

    @Test
    void everyScheduleKeepsThePromises() throws Exception {
        var bumps = new AtomicInteger();
        var races = new AtomicInteger();
        Instant begin = Instant.now();
        List<Callable<Optional<AssertionError>>> all = new ArrayList<>();
        LongStream.range(FIRST, FIRST + SEEDS)
                .forEach(seed -> all.add(() -> failure(seed, Sandbox.SCRIPTS, bumps, races)));
        List<AssertionError> failures = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors() + 1)) {
            for (Future<Optional<AssertionError>> one : threads.invokeAll(all)) {
                one.get().ifPresent(failures::add);
            }
        }
        System.out.printf(
                "bump: %d schedules (seeds %d to %d), %d bumps, %d of them overtaken between fetch and push, %.1f s%n",
                SEEDS,
                FIRST,
                FIRST + SEEDS - 1,
                bumps.get(),
                races.get(),
                Duration.between(begin, Instant.now()).toMillis() / 1000.0);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        Assertions.assertThat(SEEDS < 10 || races.get() > SEEDS)
                .as("enough races to prove anything")
                .isTrue();
    }

    /** The usual mistakes, planted: the schedules have to see each. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            no retry               | 3  | try <= tries                           | try <= 1
            blind rebase           | 10 | `      decide`                         | `      [ $try -gt 1 ] || decide`
            no ancestry check      | 1  | ! git merge-base --is-ancestor         | true ||
            no respect for reverts | 10 | by=$(reverted)                         | by=
            a push by force        | 3  | `--force-with-lease="refs/heads/$branch:$head"` | --force
            a history cut short    | 10 | whole=--unshallow                      | whole=''
            comments dropped       | 8  | `if [ -n "$was" ]; then`               | `if false; then`
            """)
    void mistakeIsSeen(String name, long likely, String right, String wrong) throws Exception {
        Path scripts = Sandbox.withMistake(Files.createDirectory(folder.resolve(name)), right, wrong);
        // a seed that is known to show it comes first, which is quick; after a change of the schedules another may
        LongStream seeds = LongStream.concat(LongStream.of(likely), LongStream.rangeClosed(1, 60));
        for (long seed : seeds.toArray()) {
            Optional<AssertionError> failure = failure(seed, scripts, new AtomicInteger(), new AtomicInteger());
            if (failure.isPresent()) {
                System.out.printf("bump: planted '%s', seen by seed %d: %s%n", name, seed, brief(failure.get()));
                return;
            }
        }
        Assertions.fail("60 schedules did not see: " + name);
    }

    private static String brief(AssertionError failure) {
        String message = failure.getCause().getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
        return message.replaceAll("(.{150}).*", "$1 ...");
    }

    /** Runs the schedule of a seed with scripts that are right or not; its failure, with all that tells how it came. */
    private Optional<AssertionError> failure(long seed, Path scripts, AtomicInteger bumps, AtomicInteger races)
            throws IOException {
        Sandbox sandbox = beginning.copy(Files.createTempDirectory(folder, "seed" + seed + "-"), scripts);
        var schedule = new Schedule(seed, sandbox);
        try {
            schedule.run();
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            String again = "-Dbump.seed=" + seed + " -Dbump.seeds=1";
            String story = String.join("\n", again, schedule.log(), sandbox.toString(), e.getMessage());
            return Optional.of(new AssertionError(story, e));
        } finally {
            bumps.addAndGet(schedule.bumps());
            races.addAndGet(schedule.races());
        }
    }
}
