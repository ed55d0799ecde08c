package hello.bump;

import static org.assertj.core.api.Assertions.assertThat;

import hello.bump.Model.Change;
import hello.bump.Sandbox.Image;
import hello.support.CommandResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One random sequence of builds, repeated runs, people's commits, reverts and broken connections, given to the real
 * scripts and to a model of what they promise. After each step both have to agree; at the end the promises are looked
 * up in the repository itself.
 */
final class Schedule {

    private static final int STEPS = 8;

    private final Random random;
    private final Sandbox sandbox;
    private final Model model = new Model();
    /** Whether every build comes after the one before it. */
    private final boolean linear;

    private final List<String> log = new ArrayList<>();
    private final List<String> peoplesCommits = new ArrayList<>();
    private int bumps;
    private int races;
    private int texts;

    /** A step to come: its name, its bash, and what becomes of the model once it has run. */
    private record Step(String name, String bash, Consumer<CommandResult> then) {}

    /**
     * Makes a schedule.
     *
     * @param seed determines the steps
     * @param sandbox where they run
     */
    Schedule(long seed, Sandbox sandbox) {
        random = new Random(seed * 7919);
        this.sandbox = sandbox;
        // one in four has builds that are not after each other, as amended and rebased commits are
        linear = random.nextInt(4) > 0;
        peoplesCommits.add(sandbox.head());
    }

    /** How many bumps ran. */
    int bumps() {
        return bumps;
    }

    /** In how many of them something happened between fetch and push. */
    int races() {
        return races;
    }

    /** The steps so far, to be shown. */
    String log() {
        return String.join("\n", log);
    }

    /** Runs all steps; throws an AssertionError where promise and fact differ. */
    void run() {
        perform(commit());
        String untouched = sandbox.stateOf("workflow");
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(10)) {
                case 0, 1 -> perform(commit());
                case 2 -> perform(unrelatedChange());
                case 3 -> perform(random.nextBoolean() ? revert() : revertOfRevert());
                default -> bump(pick());
            }
        }
        // whoever comes last must not matter: every build runs once more, in any order
        List<String> again = new ArrayList<>(model.builds());
        Collections.shuffle(again, random);
        again.forEach(build -> bump(Image.of(build)));

        assertThat(sandbox.stateOf("workflow"))
                .as("the clone in which bumps ran")
                .isEqualTo(untouched);
        repositoryKeepsThePromises();
    }

    private void repositoryKeepsThePromises() {
        List<String> commits = sandbox.commits();
        assertThat(commits).as("no person's commit is lost or rewritten").containsAll(peoplesCommits);
        Set<Image> seen = new HashSet<>();
        for (String commit : commits) {
            if (peoplesCommits.contains(commit) || sandbox.isMerge(commit)) {
                continue;
            }
            changesNothingButTheImage(commit);
            Image image = sandbox.image(commit).orElseThrow();
            assertThat(!linear || seen.add(image)).as("bumped twice: " + image).isTrue();
        }
        if (linear) {
            assertThat(sandbox.image().map(Image::commit))
                    .as("the newest build that nobody reverted")
                    .isEqualTo(model.newest());
        }
    }

    private void changesNothingButTheImage(String commit) {
        String diff = "git -C remote.git diff-tree --no-commit-id -r -p -U0 " + commit + " | grep '^[-+]'";
        List<String> lines = sandbox.must(diff).lines().toList();
        String header = "--- (a/" + Sandbox.FILE + "|/dev/null)|\\+\\+\\+ b/" + Sandbox.FILE;
        assertThat(lines)
                .as("what a bump touches")
                .contains("+++ b/" + Sandbox.FILE)
                .allMatch(line ->
                        line.matches(header + "|[-+]  (tag|digest|commit): .*") || lines.contains("--- /dev/null"));
    }

    /** Mostly the newest build; else a late or repeated run of an older one. */
    private Image pick() {
        List<String> builds = model.builds();
        String build = random.nextInt(5) < 3 ? builds.getLast() : builds.get(random.nextInt(builds.size()));
        Image image = Image.of(build);
        return !linear && random.nextInt(6) == 0 ? image.rebuilt() : image;
    }

    private void bump(Image image) {
        bumpBegins(image);
        String clone = random.nextInt(5) == 0 ? sandbox.shallowClone(image.commit()) : "workflow";
        int refused = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0;
        sandbox.refuse(refused);
        Step meanwhile = null;
        if (model.promised(image).equals("bumped") && random.nextInt(5) < 4) {
            meanwhile = meanwhile();
            sandbox.between(meanwhile.bash());
        }
        CommandResult result = sandbox.run(sandbox.bump(clone, "line", image, "--tries", "5"));
        String trouble = refused > 0 ? ", " + refused + " pushes break off" : "";
        log.add("bump " + name(image) + " from " + clone + trouble + ": " + result);
        Optional<CommandResult> happened = sandbox.happened();
        if (happened.isPresent()) {
            races++;
            log.add("  meanwhile " + meanwhile.name() + ": " + happened.get());
            meanwhile.then().accept(happened.get());
        }
        sandbox.refuse(0);
        check(image, result);
        agrees();
    }

    private void bumpBegins(Image image) {
        bumps++;
        model.bumpBegins(image);
    }

    /** What somebody else does between a bump's fetch and its push. */
    private Step meanwhile() {
        return switch (random.nextInt(6)) {
            case 0 -> commit();
            case 1 -> unrelatedChange();
            case 2 -> revert();
            default -> {
                Image other = pick();
                yield new Step("bump " + name(other), sandbox.bump("workflow", "../remote.git", other), result -> {
                    bumpBegins(other);
                    check(other, result);
                });
            }
        };
    }

    /** A bump has done what the model promises at the head that it found. */
    private void check(Image image, CommandResult result) {
        String promised = model.promised(image);
        if (promised.equals("unchanged same")
                && result.line().equals("bumped " + model.changes().getLast().commit())) {
            return; // two runs of one build, in one second at one head, make the very same commit: both may say so
        }
        assertThat(Outcome.of(result)).as(name(image)).isEqualTo(promised);
        if (promised.equals("bumped")) {
            model.bumped(image, Outcome.commit(result));
        }
    }

    private void agrees() {
        assertThat(sandbox.image()).as("what main names").isEqualTo(model.image());
    }

    private void perform(Step step) {
        CommandResult result = sandbox.run(step.bash());
        log.add(step.name() + ": " + result);
        step.then().accept(result);
        agrees();
    }

    /** A person's commit of source, which gets a build; or, now and then, one beside the newest, merged. */
    private Step commit() {
        int number = ++texts;
        if (!linear && !model.builds().isEmpty() && random.nextInt(3) == 0) {
            return commitBeside(model.builds().get(random.nextInt(model.builds().size())), number);
        }
        String bash = """
                echo %1$d >source%1$d
                git add .
                git commit -q -m "Change '%1$d' (#7) \\$HOME"
                """.formatted(number);
        return new Step("commit " + number, sandbox.person(bash), result -> {
            String commit = Outcome.commit(result.orFail());
            model.build(commit);
            peoplesCommits.add(commit);
        });
    }

    private Step commitBeside(String base, int number) {
        String bash = """
                git checkout -q --detach %1$s
                echo %2$d >source%2$d
                git add .
                git commit -q -m 'Beside %2$d'
                side=$(git rev-parse HEAD)
                git checkout -q main
                git merge -q --no-edit $side
                echo side $side
                """.formatted(base, number);
        return new Step("commit " + number + " beside", sandbox.person(bash), result -> {
            String side = result.orFail()
                    .output()
                    .lines()
                    .filter(line -> line.startsWith("side "))
                    .findFirst()
                    .orElseThrow()
                    .substring(5);
            model.buildBeside(side, base);
            peoplesCommits.add(side);
            peoplesCommits.add(Outcome.commit(result));
        });
    }

    /** A person's commit that changes other files, or a line of their own in image.yaml. */
    private Step unrelatedChange() {
        boolean inImage = random.nextBoolean() && model.image().isPresent();
        String file = inImage ? Sandbox.FILE : Sandbox.FILE.replace("image", "values");
        String change = "echo \"# a person's word " + ++texts + "\" >>" + file;
        String commit = "git commit -q -a -m 'Say " + texts + "'";
        return new Step(change, sandbox.person(change + "\n" + commit), result -> {
            peoplesCommits.add(Outcome.commit(result.orFail()));
        });
    }

    /** A person takes the present image away: by git revert, by the script, or by hand to any that was there before. */
    private Step revert() {
        if (model.image().isEmpty()) {
            return unrelatedChange();
        }
        Change last = model.changes().getLast();
        Optional<Image> earlier = model.previousImage();
        Change any = model.changes().get(random.nextInt(model.changes().size()));
        int way = random.nextInt(3);
        if (way == 0 && any.image().isPresent() && !any.image().equals(last.image())) {
            String bash = "git checkout -q %s -- %s\ngit commit -q -m 'By hand'".formatted(any.commit(), Sandbox.FILE);
            return new Step(
                    "by hand to " + name(any.image().get()), sandbox.person(bash), changedByPerson(any.image()));
        }
        if (way == 1 && !last.byPerson() && earlier.isPresent()) {
            return new Step("rollback", sandbox.rollback("workflow", "../remote.git"), changedByPerson(earlier));
        }
        if (earlier.isEmpty() && !hasPersonsLine()) {
            return unrelatedChange();
        }
        return new Step("revert " + last.commit(), sandbox.person(revert(last, earlier)), changedByPerson(earlier));
    }

    private boolean hasPersonsLine() {
        String log = "git -C remote.git log --oneline main -- " + Sandbox.FILE + " | grep -c person";
        return sandbox.run(log).exitCode() == 0;
    }

    /** On top of lines that people added since, git itself may find a conflict: a person then settles it as here. */
    private String revert(Change last, Optional<Image> earlier) {
        List<Change> changes = model.changes();
        String restore = earlier.isEmpty()
                ? "git rm -q " + Sandbox.FILE
                : "git checkout -q " + changes.get(changes.size() - 2).commit() + " -- " + Sandbox.FILE;
        return """
                git revert --no-edit %s >/dev/null 2>&1 || {
                  %s
                  git -c core.editor=true revert --continue >/dev/null 2>&1
                }
                """.formatted(last.commit(), restore);
    }

    /** A person reverts a person's revert. */
    private Step revertOfRevert() {
        List<Change> changes = model.changes();
        if (changes.size() < 2 || !changes.getLast().byPerson()) {
            return revert();
        }
        Change taken = changes.get(changes.size() - 2);
        String bash = taken.image().isPresent()
                ? "git checkout -q " + taken.commit() + " -- " + Sandbox.FILE + "\ngit commit -q -m 'Put back'"
                : "git rm -q " + Sandbox.FILE + "\ngit commit -q -m 'Away again'";
        return new Step("put back", sandbox.person(bash), changedByPerson(taken.image()));
    }

    private Consumer<CommandResult> changedByPerson(Optional<Image> image) {
        return result -> {
            String commit = Outcome.commit(result.orFail());
            model.changedByPerson(image, commit);
            peoplesCommits.add(commit);
        };
    }

    private String name(Image image) {
        String rebuilt = image.equals(Image.of(image.commit())) ? "" : " rebuilt";
        return (model.builds().indexOf(image.commit()) + 1) + rebuilt;
    }
}
