package hello.bump;

import static org.assertj.core.api.Assertions.assertThat;

import hello.bump.World.Image;
import hello.bump.World.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one bump or rollback does, says and refuses. */
class BumpTest {

    private static final String A_DIGEST = "sha256:" + "0".repeat(64);

    @TempDir
    private static Path shared;

    private static World beginning;

    @TempDir
    private Path root;

    private World world;

    @BeforeAll
    static void begin() {
        beginning = new World(shared, World.gitops());
    }

    @BeforeEach
    void copyTheBeginning() {
        world = beginning.copy(root, World.gitops());
    }

    @Test
    void messageReadsWellAndCarriesTheTrailers() {
        String commit = commit("Greet in \"Welsh\" & 'Cornish' $(echo no)");
        bump(commit);
        assertThat(world.must("git -C remote.git log -1 --format=%B main")).isEqualTo("""
                staging: image %1$.12s (Greet in "Welsh" & 'Cornish' $(echo no))

                The image is %2$s. Before it: none.

                Argocd-reference-commit-author: Ada <ada@example.org>
                Argocd-reference-commit-sha: %1$s
                Argocd-reference-commit-subject: Greet in "Welsh" & 'Cornish' $(echo no)
                Argocd-reference-commit-date: %3$s""".formatted(
                commit, Image.of(commit).digest(), world.must("git -C remote.git log -1 --format=%aI " + commit)));
        assertThat(world.must("git -C remote.git log -1 --format='%(trailers:only,unfold)' main")
                        .lines())
                .as("git itself reads these as trailers")
                .hasSize(4);
    }

    @Test
    void commentsInTheFileStayAndOnlyThreeLinesChange() {
        bump(commit("One"));
        world.must(world.person("echo '# kept' >>" + World.FILE + "; git commit -q -a -m Note"));
        bump(commit("Two"));
        assertThat(world.must("git -C remote.git show --format= --numstat main"))
                .isEqualTo("3\t3\t" + World.FILE);
        assertThat(world.must("git -C remote.git show main:" + World.FILE)).endsWith("# kept");
    }

    @Test
    void addressOnTheWebIsNamedWithoutItsPassword() {
        String commit = commit("One");
        String address = "https://x-access-token:secret@git.example.org/ada/hello.git";
        world.must("cd workflow; git remote add web " + address + "; git config 'url.ext::../line %S.insteadOf' "
                + address);
        Said said = world.run(world.bump("workflow", "web", Image.of(commit)));
        assertThat(said.outcome()).as(said.toString()).isEqualTo("bumped");
        assertThat(world.must("git -C remote.git log -1 --format=%B main"))
                .endsWith("\nArgocd-reference-commit-repourl: https://git.example.org/ada/hello")
                .doesNotContain("secret");
    }

    @Test
    void committerIsThePersonOrElseTheMachine() {
        Image one = Image.of(commit("One"));
        Map<String, String> nobody = Map.of(
                "GIT_AUTHOR_NAME",
                "",
                "GIT_AUTHOR_EMAIL",
                "",
                "GIT_COMMITTER_NAME",
                "",
                "GIT_COMMITTER_EMAIL",
                "",
                "EMAIL",
                "");
        String unset = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL EMAIL; ";
        assertThat(world.run(root, unset + world.bump("workflow", "line", one), nobody)
                        .outcome())
                .isEqualTo("bumped");
        assertThat(who()).isEqualTo("hello-bump <hello-bump@users.noreply.github.com>");
        world.must("git -C workflow config user.name Grace; git -C workflow config user.email grace@example.org");
        assertThat(world.run(root, unset + world.bump("workflow", "line", Image.of(commit("Two"))), nobody)
                        .outcome())
                .isEqualTo("bumped");
        assertThat(who()).isEqualTo("Grace <grace@example.org>");
    }

    @Test
    void halfDoneWorkInTheCloneStaysAsItIs() {
        String commit = commit("One");
        world.must(
                "cd workflow; git checkout -q -b mine; echo staged >a; git add a; echo changed >>gitops/environments/staging/values.yaml; mkdir deep; echo new >deep/b");
        String before = world.stateOf("workflow");
        assertThat(world.run(world.bump("workflow/deep", "line", Image.of(commit)))
                        .outcome())
                .as("from a folder inside the clone")
                .isEqualTo("bumped");
        assertThat(world.stateOf("workflow")).isEqualTo(before);
        world.must("cd workflow; git worktree add -q ../beside");
        assertThat(world.run(world.bump("beside", "line", Image.of(commit("Two"))))
                        .outcome())
                .as("from a second work tree")
                .isEqualTo("bumped");
    }

    @Test
    void amendedCommitReplacesTheOneItAmends() {
        String first = commit("One");
        bump(first);
        String amended = world.must("cd workflow; git fetch -q origin; git checkout -q -B mine " + first
                + "; git commit -q --amend --allow-empty -m 'One, better'; git rev-parse HEAD");
        bump(amended);
        assertThat(world.image()).contains(Image.of(amended));
        bump(first);
        assertThat(world.image()).as("and back, when that is asked for").contains(Image.of(first));
    }

    @Test
    void secondBuildOfTheSameCommitIsTakenOnce() {
        Image image = Image.of(commit("One"));
        bump(image.commit());
        assertThat(world.run(world.bump("workflow", "line", image.rebuilt())).outcome())
                .isEqualTo("bumped");
        assertThat(world.run(world.bump("workflow", "line", image)).outcome()).isEqualTo("unchanged newer");
        world.must(world.person("git revert --no-edit HEAD >/dev/null"));
        assertThat(world.run(world.bump("workflow", "line", image.rebuilt())).outcome())
                .isEqualTo("unchanged reverted");
    }

    @Test
    void wayBackThatTheMessageNamesWorks() {
        bump(commit("One"));
        String two = commit("Two");
        bump(two);
        Said back = world.run(world.rollback("workflow", "line"));
        assertThat(back.outcome()).isEqualTo("reverted");
        assertThat(world.must("git -C remote.git log -1 --format=%B main"))
                .startsWith("Revert \"staging: image ")
                .contains("This reverts commit ");
        assertThat(world.must("git -C remote.git show --format= --name-only main"))
                .isEqualTo(World.FILE);
        Said again = world.run(world.bump("workflow", "line", Image.of(two)));
        assertThat(again.outcome()).isEqualTo("unchanged reverted");
        String way = again.out().substring(again.out().indexOf("git revert"));
        assertThat(way).isEqualTo("git revert " + back.made());
        world.must(world.person(way + " --no-edit >/dev/null"));
        assertThat(world.image()).contains(Image.of(two));
        assertThat(world.run(world.bump("workflow", "line", Image.of(two))).outcome())
                .isEqualTo("unchanged same");
    }

    @Test
    void rollbackGoesBackStepByStepAndStopsAtTheFirstImage() {
        List<String> commits = List.of(commit("One"), commit("Two"), commit("Three"));
        commits.forEach(this::bump);
        for (int i : new int[] {1, 0}) {
            assertThat(world.run(world.rollback("workflow", "line")).outcome()).isEqualTo("reverted");
            assertThat(world.image()).contains(Image.of(commits.get(i)));
        }
        refused(world.rollback("workflow", "line"), "no earlier one to go back to");
    }

    @Test
    void rollbackRefusesWhatItsCallerDidNotSee() {
        bump(commit("One"));
        bump(commit("Two"));
        world.between(world.bump("workflow", "../remote.git", Image.of(commit("Three"))));
        Said said = world.run(world.rollback("workflow", "line"));
        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("meanwhile the image of staging became");
    }

    @Test
    void rollbackRefusesAnEnvironmentWithoutImage() {
        refused(world.rollback("workflow", "line"), "there is nothing to roll back");
    }

    @Test
    void manyAtOnceAndTheNewestWins() throws Exception {
        world.must("rm bin/sleep");
        List<String> commits = new ArrayList<>();
        List<Callable<Said>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String commit = commit("Build " + i);
            commits.add(commit);
            world.must("git clone -q remote.git racer" + i);
            int racer = i;
            all.add(() -> world.run(world.bump("racer" + racer, "origin", Image.of(commit), "--tries", "20")));
        }
        Collections.shuffle(all);
        for (int i = 0; i < 2; i++) {
            String person = "rival" + i;
            world.must("git clone -q remote.git " + person);
            all.add(() -> world.run("cd " + person + "; echo x >" + person + "; git add .; git commit -q -m " + person
                    + "; until git push -q origin HEAD:main; do git pull -q --rebase; done; echo pushed"));
        }
        try (var threads = Executors.newFixedThreadPool(all.size())) {
            for (Future<Said> one : threads.invokeAll(all)) {
                assertThat(one.get().outcome()).as(one.get().toString()).isIn("bumped", "unchanged newer", "pushed");
            }
        }
        assertThat(world.image()).contains(Image.of(commits.getLast()));
        assertThat(world.must("git -C remote.git log --format=%s main")).contains("rival0", "rival1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nowhere                                            | main has no environment nowhere; it has: production staging
            ../staging                                         | is no name of an environment
            ''                                                 | is no name of an environment
            staging production                                 | one environment only
            staging --digest sha256:12                         | is not sha256: and 64 hex digits
            staging --tag a/b                                  | is no image tag
            staging --commit HEAD                              | is not a commit's 40 hex digits
            staging --commit 0123456789012345678901234567890123456789 | has the commit 0123456789012345678901234567890123456789: fetch it first
            staging --remote nothing                           | this clone has no remote 'nothing'; it has: line origin
            staging --branch gone                              | line has no branch gone
            staging --branch a..b                              | is no branch's name
            staging --tries 0                                  | --tries '0' is no number
            staging --tries                                    | --tries needs a value
            staging --force                                    | unknown option --force
            staging --remote ./nowhere.git --tries 2           | ./nowhere.git was not reached
            staging --remote git://127.0.0.1:1/hello --tries 2 | was not reached. Look at the network
            """)
    void wrongArgumentsAreToldApart(String arguments, String expected) {
        String commit = commit("One");
        refused(
                "cd workflow; " + World.gitops() + "/bump --remote line --tries 1 --tag x --digest " + A_DIGEST
                        + " --commit " + commit + " " + arguments,
                expected);
    }

    @Test
    void outsideOfACloneItSaysSo() {
        refused(
                "mkdir none; cd none; GIT_CEILING_DIRECTORIES=$PWD/.. " + World.gitops() + "/bump staging",
                "run it inside a clone");
    }

    @Test
    void noRightToPushIsSaid() {
        String commit = commit("One");
        world.must("""
                mkdir -p remote.git/hooks
                printf '%s\\n' '#!/bin/sh' 'echo "main is protected: denied" >&2' 'exit 1' >remote.git/hooks/pre-receive
                chmod +x remote.git/hooks/pre-receive
                """);
        refused(
                world.bump("workflow", "line", Image.of(commit), "--tries", "2"),
                "no right to do that. Let this account push to main of line");
    }

    @Test
    void otherHistoryIsRefused() {
        commit("One");
        String alien =
                world.must("cd workflow; git checkout -q --orphan alien; git commit -q -m Alien; git rev-parse HEAD");
        refused(world.bump("workflow", "line", Image.of(alien)), "have no common history");
    }

    @Test
    void fileThatCannotBeReadIsLeftToPeople() {
        bump(commit("One"));
        world.must(world.person(
                "printf '<<<<<<< mine\\n  tag: \"x\"\\n' >>" + World.FILE + "; git commit -q -a -m Conflict"));
        refused(world.bump("workflow", "line", Image.of(commit("Two"))), "has not one tag, digest and commit each");
        refused(world.rollback("workflow", "line"), "has not one tag, digest and commit each");
    }

    @Test
    void productionHasItsOwnFile() {
        String commit = commit("One");
        bump(commit);
        assertThat(world.run(world.bump("workflow", "line", Image.of(commit))
                                .replace("bump' staging", "bump' production"))
                        .outcome())
                .isEqualTo("bumped");
        assertThat(world.must("git -C remote.git show --format=%s --name-only main"))
                .startsWith("production: image ")
                .endsWith("gitops/environments/production/image.yaml");
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        bump(commit("One"));
        try (var files = Files.list(Files.createDirectory(root.resolve("tmp")))) {
            assertThat(files).isEmpty();
        }
        world.run(
                root,
                world.bump("workflow", "line", Image.of(commit("Two"))),
                Map.of("TMPDIR", root.resolve("tmp").toString()));
        try (var files = Files.list(root.resolve("tmp"))) {
            assertThat(files).isEmpty();
        }
        assertThat(world.must("git -C workflow for-each-ref refs/bump")).isEmpty();
    }

    private String commit(String subject) {
        return world.must(world.person("git commit -q --allow-empty -m '" + subject.replace("'", "'\\''") + "'"))
                .lines()
                .toList()
                .getLast();
    }

    private void bump(String commit) {
        Said said = world.run(world.bump("workflow", "line", Image.of(commit)));
        assertThat(said.outcome()).as(said.toString()).isEqualTo("bumped");
    }

    private String who() {
        return world.must("git -C remote.git log -1 --format='%an <%ae>' main");
    }

    /** The command fails, says why, and changed nothing anywhere. */
    private void refused(String command, String why) {
        String clone = world.stateOf("workflow");
        String head = world.must("git -C remote.git for-each-ref");
        Said said = world.run(command);
        assertThat(said.code()).as(said.toString()).isEqualTo(1);
        assertThat(said.err()).contains(why);
        assertThat(said.out()).isEmpty();
        assertThat(world.must("git -C remote.git for-each-ref")).isEqualTo(head);
        assertThat(world.stateOf("workflow")).isEqualTo(clone);
    }
}
