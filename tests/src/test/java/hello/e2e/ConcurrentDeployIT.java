package hello.e2e;

import static hello.e2e.Cluster.runningCommit;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten people deploy at once. */
@ClusterTest
class ConcurrentDeployIT {
    /** In which order they deploy. */
    private static final List<Integer> ORDER = List.of(2, 0, 7, 1, 3, 5, 9, 4, 6, 8);
    /** Who forgets to pull; everybody else has pulled from the one before them. */
    private static final List<Integer> FORGETFUL = List.of(3, 8);
    /** A machine of two cores has no use for more builds at a time. */
    private static final int AT_A_TIME = 3;

    private static final Pattern MISSING =
            Pattern.compile("has commits that are not in yours:\n( +[0-9a-f]{7,} .*: .*\n)+");

    @TempDir
    static Path folder;

    /** What became of one deploy, and of those before it that were refused. */
    private record Ended(String commit, String became, int refused) {}

    @Test
    @DisplayName("ten deploys from ten clones at once: the newest runs, no bump is lost, none goes backwards, "
            + "each says what became of it")
    void ten() throws Exception {
        Clone judge = Clone.fresh(folder, "person0");
        String begin = judge.git("rev-parse", "HEAD");
        List<Clone> clones = clones(judge);
        List<String> commits = commits(clones);

        long start = System.nanoTime();
        List<Ended> ended = deployAll(clones);
        long seconds = Math.round((System.nanoTime() - start) / 1e9);

        judge.git("fetch", "-q", "cluster");
        List<String> sources = sources(judge, begin);
        eachAfterTheOneBefore(judge, sources);
        ended.stream()
                .filter(end -> end.became().equals("deployed"))
                .forEach(end -> assertThat(sources).as("its bump").contains(end.commit()));
        waitUntil("staging runs the newest", () -> runningCommit("staging").equals(sources.getLast()));
        for (String commit : commits) {
            assertThat(judge.tryGit("merge-base", "--is-ancestor", commit, sources.getLast())
                            .exitCode())
                    .as("%s is in what runs", commit)
                    .isZero();
        }
        Cluster.waitUntilAllIsWell();
        report(ended, sources, seconds);
        assertThat(ended).anyMatch(e -> e.refused() > 0);
        assertThat(seconds).isLessThanOrEqualTo(Cluster.SLACK * 150);
    }

    /** Ten clones, each of a person of its own; the first is given. */
    private static List<Clone> clones(Clone first) {
        List<Clone> clones = new ArrayList<>(List.of(first));
        for (int i = 1; i < 10; i++) {
            Clone clone = new Clone(folder.resolve("person" + i));
            Cluster.run(folder, "cp", "-a", "person0", "person" + i).orFail();
            clone.git("config", "user.name", "person" + i);
            clones.add(clone);
        }
        return clones;
    }

    /** Each person pulls from the one before, unless they forget it, and commits a change. */
    private static List<String> commits(List<Clone> clones) throws IOException {
        List<String> commits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            if (i > 0 && !FORGETFUL.contains(i)) {
                int before = FORGETFUL.contains(i - 1) ? i - 2 : i - 1;
                clones.get(i)
                        .git(
                                "pull",
                                "-q",
                                "--no-edit",
                                clones.get(before).folder().toString(),
                                "main");
            }
            commits.add(change(clones.get(i), i));
        }
        return commits;
    }

    private static List<Ended> deployAll(List<Clone> clones) throws Exception {
        List<Future<Ended>> deploys = new ArrayList<>();
        try (ExecutorService atATime = Executors.newFixedThreadPool(AT_A_TIME)) {
            ORDER.forEach(i -> deploys.add(atATime.submit(() -> deploy(clones.get(i), i))));
        }
        List<Ended> ended = new ArrayList<>();
        for (Future<Ended> deploy : deploys) {
            ended.add(deploy.get());
        }
        return ended;
    }

    /** The commits whose images were bumped since one, oldest first. */
    private static List<String> sources(Clone judge, String begin) {
        return judge.tryGit(
                        "log",
                        "--first-parent",
                        "--reverse",
                        "--format=%H",
                        begin + "..cluster/main",
                        "--",
                        "gitops/environments/staging/image.yaml")
                .orFail()
                .output()
                .lines()
                .map(bump -> source(judge, bump))
                .toList();
    }

    /** What people merged on the way is their own; what they wrote must all be there. */
    private static void eachAfterTheOneBefore(Clone judge, List<String> sources) {
        for (int i = 1; i < sources.size(); i++) {
            assertThat(judge.tryGit(
                                    "rev-list",
                                    "--no-merges",
                                    sources.get(i - 1),
                                    "--not",
                                    sources.get(i),
                                    "--",
                                    ".",
                                    ":(exclude)gitops/environments/*/image.yaml")
                            .orFail()
                            .output())
                    .as("what %s lacks of %s, which ran before", sources.get(i), sources.get(i - 1))
                    .isEmpty();
        }
    }

    private static void report(List<Ended> ended, List<String> sources, long seconds) {
        measured(seconds + " s; "
                + ended.stream().filter(e -> e.became().equals("deployed")).count() + " deployed, "
                + ended.stream().filter(e -> e.became().equals("overtaken")).count() + " overtaken, "
                + ended.stream().mapToInt(Ended::refused).sum() + " times refused with the commits' names; "
                + sources.size() + " bumps, each after the one before");
    }

    private static String change(Clone clone, int i) throws IOException {
        return clone.write(
                "service/src/main/resources/person" + i + ".txt",
                "A line of person " + i + " at " + System.currentTimeMillis() + "\n",
                "Person " + i + "'s change");
    }

    /** {@code make deploy} as a person does it: refused because of others' commits, they pull and deploy again. */
    private static Ended deploy(Clone clone, int i) {
        for (int refused = 0; refused < 10; refused++) {
            String commit = clone.git("rev-parse", "HEAD");
            CommandResult result = Cluster.run(clone.folder(), "bash", "-c", "exec make deploy");
            System.out.println("    person " + i + ": "
                    + (result.exitCode() == 0
                            ? result.line()
                            : result.output()
                                    .replaceFirst("(?s).*(deploy: .*?:).*?( {4}\\S.*?)\n\n?  next.*", "$1$2")));
            if (result.exitCode() == 0) {
                boolean overtaken = result.output().contains("overtaken");
                assertThat(overtaken
                                || result.output().contains("every pod answers with commit " + commit.substring(0, 12)))
                        .as(result.output())
                        .isTrue();
                return new Ended(commit, overtaken ? "overtaken" : "deployed", refused);
            }
            Matcher missing = MISSING.matcher(result.output());
            assertThat(missing.find())
                    .as("refused, and says whose commits are missing:\n" + result.output())
                    .isTrue();
            clone.pull();
        }
        throw new AssertionError("person " + i + " was refused ten times");
    }

    private static String source(Clone clone, String commit) {
        return clone.tryGit("show", commit + ":gitops/environments/staging/image.yaml")
                .orFail()
                .output()
                .replaceFirst("(?s).*commit: ([0-9a-f]{40}).*", "$1")
                .strip();
    }
}
