package hello.bump;

import hello.bump.World.Image;
import hello.bump.World.Said;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;

/**
 * One random story of builds, re-runs, people's commits, reverts and broken lines, told to the real scripts and to a model of what
 * they promise. After each step both have to agree; at the end the promises are looked up in the repository itself.
 */
final class Schedule {

    private static final int STEPS = 8;

    private final Random random;
    private final World world;
    private final boolean straight;
    private final List<String> told = new ArrayList<>();

    /** Every source commit that has a build, oldest first, and what each comes after. */
    private final List<String> builds = new ArrayList<>();

    private final Map<String, Set<String>> before = new HashMap<>();
    private final Set<String> onMain = new HashSet<>();
    /** What main named, one after the other. */
    private final List<Event> events = new ArrayList<>();

    private final List<String> people = new ArrayList<>();
    private final Set<String> tried = new HashSet<>();
    private final Set<String> reverted = new HashSet<>();
    private int bumps;
    private int races;
    private int changes;

    /** That main named another image from a commit on: by a bump or by a person. */
    private record Event(Optional<Image> image, boolean person, String commit) {}

    /** A step to come: what it is called, its bash, and what becomes of the model once it ran. */
    private record Step(String name, String bash, Consumer<Said> then) {}

    /**
     * @param seed gives the story
     * @param world where it happens
     */
    Schedule(long seed, World world) {
        random = new Random(seed * 7919);
        this.world = world;
        // one in four has builds that are not after each other, as amended and rebased commits are
        straight = random.nextInt(4) > 0;
        people.add(world.head());
    }

    /** How many bumps ran, and in how many something happened between fetch and push. */
    int bumps() {
        return bumps;
    }

    /** @see #bumps() */
    int races() {
        return races;
    }

    /** The steps so far, to be shown. */
    String told() {
        return String.join("\n", told);
    }

    /** Tells the story; an AssertionError where promise and fact differ. */
    void tell() {
        take(commit());
        String untouched = world.stateOf("workflow");
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(10)) {
                case 0, 1 -> take(commit());
                case 2 -> take(elsewhere());
                case 3 -> take(random.nextBoolean() ? revert() : putBack());
                default -> bump(pick());
            }
        }
        // whoever comes last must not matter: every build runs once more, in any order
        List<String> again = new ArrayList<>(builds);
        Collections.shuffle(again, random);
        again.forEach(build -> bump(Image.of(build)));

        Assertions.assertThat(world.stateOf("workflow"))
                .as("the clone in which bumps ran")
                .isEqualTo(untouched);
        repositoryKeepsThePromises();
    }

    private void repositoryKeepsThePromises() {
        List<String> commits = world.commits();
        Assertions.assertThat(commits)
                .as("no person's commit is lost or rewritten")
                .containsAll(people);
        Set<Image> seen = new HashSet<>();
        for (String commit : commits) {
            if (people.contains(commit)
                    || world.run("git -C remote.git rev-parse -q --verify " + commit + "^2")
                                    .code()
                            == 0) {
                continue;
            }
            List<String> touched = world.must(
                            "git -C remote.git diff-tree --no-commit-id -r -p -U0 " + commit + " | grep '^[-+]'")
                    .lines()
                    .toList();
            Assertions.assertThat(touched)
                    .as("what a bump touches")
                    .contains("+++ b/" + World.FILE)
                    .allMatch(line -> line.matches("(--- (a/" + World.FILE + "|/dev/null)|\\+\\+\\+ b/" + World.FILE
                                    + "|[-+]  (tag|digest|commit): .*)")
                            || touched.contains("--- /dev/null"));
            Image image = world.image(commit).orElseThrow();
            Assertions.assertThat(!straight || seen.add(image))
                    .as("bumped twice: " + image)
                    .isTrue();
        }
        if (straight) {
            Optional<String> newest = builds.stream()
                    .filter(tried::contains)
                    .filter(build -> !reverted.contains(build))
                    .reduce((older, newer) -> newer);
            Assertions.assertThat(world.image().map(Image::commit))
                    .as("the newest build that nobody reverted")
                    .isEqualTo(newest);
        }
    }

    private Image pick() {
        // mostly the newest; else a late or repeated run of an older one
        String build = random.nextInt(5) < 3 ? builds.getLast() : builds.get(random.nextInt(builds.size()));
        Image image = Image.of(build);
        return !straight && random.nextInt(6) == 0 ? image.rebuilt() : image;
    }

    private void bump(Image image) {
        bumps++;
        tried.add(image.commit());
        String clone = random.nextInt(5) == 0 ? world.shallow(image.commit()) : "workflow";
        int refused = random.nextInt(5) == 0 ? 1 + random.nextInt(3) : 0;
        world.refuse(refused);
        Step meanwhile = null;
        if (promised(image).equals("bumped") && random.nextInt(5) < 4) {
            meanwhile = switch (random.nextInt(6)) {
                case 0 -> commit();
                case 1 -> elsewhere();
                case 2 -> revert();
                default -> {
                    Image other = pick();
                    yield new Step("bump " + name(other), world.bump("workflow", "../remote.git", other), said -> {
                        bumps++;
                        tried.add(other.commit());
                        expect(other, said);
                    });
                }
            };
            world.between(meanwhile.bash());
        }
        Said said = world.run(world.bump(clone, "line", image, "--tries", "5"));
        told.add("bump " + name(image) + " from " + clone + (refused > 0 ? ", " + refused + " pushes break off" : "")
                + ": " + said);
        Optional<Said> happened = world.happened();
        if (happened.isPresent()) {
            races++;
            told.add("  meanwhile " + meanwhile.name() + ": " + happened.get());
            meanwhile.then().accept(happened.get());
        }
        world.refuse(0);
        expect(image, said);
        agrees();
    }

    /** What the promises make of a bump, at the head that it found. */
    private void expect(Image image, Said said) {
        String promised = promised(image);
        if (promised.equals("unchanged same")
                && said.out().equals("bumped " + events.getLast().commit())) {
            return; // two runs of one build, in one second at one head, make the very same commit: both may say so
        }
        Assertions.assertThat(said.outcome()).as(name(image)).isEqualTo(promised);
        if (promised.equals("bumped")) {
            events.add(new Event(Optional.of(image), false, said.made()));
        }
    }

    private String promised(Image image) {
        Optional<Image> there =
                events.isEmpty() ? Optional.empty() : events.getLast().image();
        if (there.equals(Optional.of(image))) {
            return "unchanged same";
        }
        if (there.isPresent() && before.get(there.get().commit()).contains(image.commit())) {
            return "unchanged newer";
        }
        boolean was = false;
        boolean takenAway = false;
        boolean thisVeryOne = false;
        for (Event event : events) {
            boolean names = event.image().map(Image::commit).equals(Optional.of(image.commit()));
            takenAway = was && !names && event.person() || takenAway && !names;
            was |= names;
            thisVeryOne |= event.image().equals(Optional.of(image));
        }
        if (takenAway) {
            return "unchanged reverted";
        }
        return thisVeryOne && there.map(Image::commit).equals(Optional.of(image.commit()))
                ? "unchanged newer"
                : "bumped";
    }

    private void agrees() {
        Assertions.assertThat(world.image())
                .as("what main names")
                .isEqualTo(
                        events.isEmpty() ? Optional.empty() : events.getLast().image());
    }

    private void take(Step step) {
        Said said = world.run(step.bash());
        told.add(step.name() + ": " + said);
        step.then().accept(said);
        agrees();
    }

    /** A person's commit of source, which gets a build; or, now and then, one beside the newest, merged. */
    private Step commit() {
        int number = ++changes;
        if (!straight && !builds.isEmpty() && random.nextInt(3) == 0) {
            String base = builds.get(random.nextInt(builds.size()));
            String bash = world.person(
                    "git checkout -q --detach " + base + "; echo " + number + " >source" + number
                            + "; git add .; git commit -q -m 'Beside " + number
                            + "'; side=$(git rev-parse HEAD); git checkout -q main; git merge -q --no-edit $side; echo side $side");
            return new Step("commit " + number + " beside", bash, said -> {
                Assertions.assertThat(said.code()).as(said.toString()).isZero();
                String side = said.out()
                        .substring(said.out().indexOf("side ") + 5)
                        .lines()
                        .findFirst()
                        .orElseThrow();
                Set<String> older = new HashSet<>(before.get(base));
                older.add(base);
                built(side, older);
                people.add(side);
                people.add(said.made());
            });
        }
        return new Step(
                "commit " + number,
                world.person("echo " + number + " >source" + number + "; git add .; git commit -q -m \"Change '"
                        + number + "' (#7) \\$HOME\""),
                said -> {
                    Assertions.assertThat(said.code()).as(said.toString()).isZero();
                    built(said.made(), new HashSet<>(onMain));
                    people.add(said.made());
                });
    }

    private void built(String commit, Set<String> older) {
        builds.add(commit);
        before.put(commit, older);
        onMain.add(commit);
    }

    /** A person's commit that changes other files, or a line of their own in image.yaml. */
    private Step elsewhere() {
        String file = random.nextBoolean()
                        && !events.isEmpty()
                        && events.getLast().image().isPresent()
                ? World.FILE
                : World.FILE.replace("image", "values");
        String line = "# a person's word " + ++changes;
        String change = "echo \"" + line + "\" >>" + file;
        return new Step(change, world.person(change + "; git commit -q -a -m 'Say " + changes + "'"), said -> {
            Assertions.assertThat(said.code()).as(said.toString()).isZero();
            people.add(said.made());
        });
    }

    /** A person takes the present image away: by git revert, by the script, or by hand to any that was there before. */
    private Step revert() {
        if (events.isEmpty() || events.getLast().image().isEmpty()) {
            return elsewhere();
        }
        Event last = events.getLast();
        Optional<Image> earlier = events.size() < 2
                ? Optional.empty()
                : events.get(events.size() - 2).image();
        Event any = events.get(random.nextInt(events.size()));
        int way = random.nextInt(3);
        if (way == 0 && any.image().isPresent() && !any.image().equals(last.image())) {
            return new Step(
                    "by hand to " + name(any.image().get()),
                    world.person(
                            "git checkout -q " + any.commit() + " -- " + World.FILE + "; git commit -q -m 'By hand'"),
                    personTo(any.image()));
        }
        if (way == 1 && !last.person() && earlier.isPresent()) {
            return new Step("rollback", world.rollback("workflow", "../remote.git"), personTo(earlier));
        }
        if (earlier.isEmpty()
                && world.run("git -C remote.git log --oneline main -- " + World.FILE + " | grep -c person")
                                .code()
                        == 0) {
            return elsewhere();
        }
        // on top of lines that people added since, git itself may find a conflict: a person settles it as here
        String restored = events.size() < 2 || earlier.isEmpty()
                ? "git rm -q " + World.FILE
                : "git checkout -q " + events.get(events.size() - 2).commit() + " -- " + World.FILE;
        return new Step(
                "revert " + last.commit(),
                world.person("git revert --no-edit " + last.commit() + " >/dev/null 2>&1 || { " + restored
                        + "; git -c core.editor=true revert --continue >/dev/null 2>&1; }"),
                personTo(earlier));
    }

    /** A person reverts a person's revert. */
    private Step putBack() {
        if (events.size() < 2 || !events.getLast().person()) {
            return revert();
        }
        Event taken = events.get(events.size() - 2);
        return new Step(
                "put back",
                world.person(
                        taken.image().isPresent()
                                ? "git checkout -q " + taken.commit() + " -- " + World.FILE
                                        + "; git commit -q -m 'Put back'"
                                : "git rm -q " + World.FILE + "; git commit -q -m 'Away again'"),
                personTo(taken.image()));
    }

    private Consumer<Said> personTo(Optional<Image> image) {
        return said -> {
            Assertions.assertThat(said.code()).as(said.toString()).isZero();
            events.stream()
                    .flatMap(event -> event.image().stream())
                    .map(Image::commit)
                    .forEach(reverted::add);
            image.map(Image::commit).ifPresent(reverted::remove);
            events.add(new Event(image, true, said.made()));
            people.add(said.made());
        };
    }

    private String name(Image image) {
        return (builds.indexOf(image.commit()) + 1) + (image.equals(Image.of(image.commit())) ? "" : " rebuilt");
    }
}
