package hello.bump;

import static org.assertj.core.api.Assertions.assertThat;

import hello.bump.Sandbox.Image;
import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

    private static Sandbox beginning;

    @TempDir
    private Path root;

    private Sandbox sandbox;

    @BeforeAll
    static void begin() {
        beginning = Sandbox.make(shared);
    }

    @BeforeEach
    void copyTheBeginning() {
        sandbox = beginning.copy(root, Sandbox.SCRIPTS);
    }

    @Test
    void messageReadsWellAndCarriesTheTrailers() {
        String commit = commit("Greet in \"Welsh\" & 'Cornish' $(echo no)");
        bump(commit);
        assertThat(sandbox.must("git -C remote.git log -1 --format=%B main")).isEqualTo("""
                staging: image %1$.12s (Greet in "Welsh" & 'Cornish' $(echo no))

                The image is %2$s. Before it: none.

                Argocd-reference-commit-author: Ada <ada@example.org>
                Argocd-reference-commit-sha: %1$s
                Argocd-reference-commit-subject: Greet in "Welsh" & 'Cornish' $(echo no)
                Argocd-reference-commit-date: %3$s""".formatted(
                commit, Image.of(commit).digest(), sandbox.must("git -C remote.git log -1 --format=%aI " + commit)));
        assertThat(sandbox.must("git -C remote.git log -1 --format='%(trailers:only,unfold)' main")
                        .lines())
                .as("git itself reads these as trailers")
                .hasSize(4);
    }

    @Test
    void commentsInTheFileStayAndOnlyThreeLinesChange() {
        bump(commit("One"));
        sandbox.must(sandbox.person("echo '# kept' >>" + Sandbox.FILE + "; git commit -q -a -m Note"));
        bump(commit("Two"));
        assertThat(sandbox.must("git -C remote.git show --format= --numstat main"))
                .isEqualTo("3\t3\t" + Sandbox.FILE);
        assertThat(sandbox.must("git -C remote.git show main:" + Sandbox.FILE)).endsWith("# kept");
    }

    @Test
    void addressOnTheWebIsNamedWithoutItsPassword() {
        String commit = commit("One");
        String address = "https://x-access-token:secret@git.example.org/ada/hello.git";
        sandbox.must("""
                cd workflow
                git remote add web %1$s
                git config 'url.ext::../line %%S.insteadOf' %1$s
                """.formatted(address));
        bumped(sandbox.bump("workflow", "web", Image.of(commit)));
        assertThat(sandbox.must("git -C remote.git log -1 --format=%B main"))
                .endsWith("\nArgocd-reference-commit-repourl: https://git.example.org/ada/hello")
                .doesNotContain("secret");
    }

    @Test
    void committerIsThePersonOrElseTheMachine() {
        String unset = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL EMAIL; ";
        bumped(unset + sandbox.bump("workflow", "line", Image.of(commit("One"))));
        assertThat(who()).isEqualTo("gitops-bump <gitops-bump@users.noreply.github.com>");
        sandbox.must("git -C workflow config user.name Grace; git -C workflow config user.email grace@example.org");
        bumped(unset + sandbox.bump("workflow", "line", Image.of(commit("Two"))));
        assertThat(who()).isEqualTo("Grace <grace@example.org>");
    }

    @Test
    void halfDoneWorkInTheCloneStaysAsItIs() {
        String commit = commit("One");
        sandbox.must("""
                cd workflow
                git checkout -q -b mine
                echo staged >a
                git add a
                echo changed >>gitops/environments/staging/values.yaml
                mkdir deep
                echo new >deep/b
                """);
        String before = sandbox.stateOf("workflow");
        bumped(sandbox.bump("workflow/deep", "line", Image.of(commit)));
        assertThat(sandbox.stateOf("workflow")).isEqualTo(before);
        sandbox.must("cd workflow; git worktree add -q ../beside");
        bumped(sandbox.bump("beside", "line", Image.of(commit("Two"))));
    }

    @Test
    void amendedCommitReplacesTheOneItAmends() {
        String first = commit("One");
        bump(first);
        String amended = sandbox.must("""
                cd workflow
                git fetch -q origin
                git checkout -q -B mine %s
                git commit -q --amend --allow-empty -m 'One, better'
                git rev-parse HEAD
                """.formatted(first));
        bump(amended);
        assertThat(sandbox.image()).contains(Image.of(amended));
        bump(first);
        assertThat(sandbox.image()).as("and back, when that is asked for").contains(Image.of(first));
    }

    @Test
    void secondBuildOfTheSameCommitIsTakenOnce() {
        Image image = Image.of(commit("One"));
        bump(image.commit());
        bumped(sandbox.bump("workflow", "line", image.rebuilt()));
        unchanged("newer", image);
        sandbox.must(sandbox.person("git revert --no-edit HEAD >/dev/null"));
        unchanged("reverted", image.rebuilt());
    }

    @Test
    void wayBackThatTheMessageNamesWorks() {
        bump(commit("One"));
        String two = commit("Two");
        bump(two);
        CommandResult back = sandbox.run(sandbox.rollback("workflow", "line"));
        assertThat(Outcome.of(back)).isEqualTo("reverted");
        assertThat(sandbox.must("git -C remote.git log -1 --format=%B main"))
                .startsWith("Revert \"staging: image ")
                .contains("This reverts commit ");
        assertThat(sandbox.must("git -C remote.git show --format= --name-only main"))
                .isEqualTo(Sandbox.FILE);
        CommandResult again = sandbox.run(sandbox.bump("workflow", "line", Image.of(two)));
        assertThat(Outcome.of(again)).isEqualTo("unchanged reverted");
        Symptom.of("unchanged reverted").isIn(again.line());
        String way = again.line().substring(again.line().indexOf("git revert"));
        assertThat(way).isEqualTo("git revert " + Outcome.commit(back));
        sandbox.must(sandbox.person(way + " --no-edit >/dev/null"));
        assertThat(sandbox.image()).contains(Image.of(two));
        unchanged("same", Image.of(two));
    }

    @Test
    void rollbackGoesBackStepByStepAndStopsAtTheFirstImage() {
        List<String> commits = List.of(commit("One"), commit("Two"), commit("Three"));
        commits.forEach(this::bump);
        for (int i : new int[] {1, 0}) {
            assertThat(Outcome.of(sandbox.run(sandbox.rollback("workflow", "line"))))
                    .isEqualTo("reverted");
            assertThat(sandbox.image()).contains(Image.of(commits.get(i)));
        }
        refused(sandbox.rollback("workflow", "line"), "no earlier one to go back to");
    }

    @Test
    void rollbackRefusesWhatItsCallerDidNotSee() {
        bump(commit("One"));
        bump(commit("Two"));
        sandbox.between(sandbox.bump("workflow", "../remote.git", Image.of(commit("Three"))));
        CommandResult result = sandbox.run(sandbox.rollback("workflow", "line"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors()).contains("meanwhile the image of staging became");
    }

    @Test
    void rollbackRefusesAnEnvironmentWithoutImage() {
        refused(sandbox.rollback("workflow", "line"), "there is nothing to roll back");
    }

    @Test
    void manyAtOnceAndTheNewestWins() throws Exception {
        sandbox.must("rm bin/sleep");
        List<Callable<CommandResult>> all = new ArrayList<>();
        String newest = "";
        for (int i = 0; i < 5; i++) {
            newest = commit("Build " + i);
            sandbox.must("git clone -q remote.git racer" + i);
            String bump = sandbox.bump("racer" + i, "origin", Image.of(newest), "--tries", "20");
            all.add(() -> sandbox.run(bump));
        }
        Collections.shuffle(all);
        for (String person : List.of("rival0", "rival1")) {
            sandbox.must("git clone -q remote.git " + person);
            all.add(() -> sandbox.run(pushUntilItSucceeds(person)));
        }
        try (var threads = Executors.newFixedThreadPool(all.size())) {
            for (Future<CommandResult> one : threads.invokeAll(all)) {
                assertThat(Outcome.of(one.get())).as(one.get().toString()).isIn("bumped", "unchanged newer", "pushed");
            }
        }
        assertThat(sandbox.image()).contains(Image.of(newest));
        assertThat(sandbox.must("git -C remote.git log --format=%s main")).contains("rival0", "rival1");
    }

    private static String pushUntilItSucceeds(String person) {
        return """
                cd %1$s
                echo x >%1$s
                git add .
                git commit -q -m %1$s
                until git push -q origin HEAD:main; do git pull -q --rebase; done
                echo pushed
                """.formatted(person);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nowhere                                        | main has no environment nowhere; it has: production staging
            ../staging                                     | is no name of an environment
            ''                                             | is no name of an environment
            staging production                             | one environment only
            staging --digest sha256:12                     | is not sha256: and 64 hex digits
            staging --tag a/b                              | is no image tag
            staging --commit HEAD                          | is not a commit's 40 hex digits
            staging --commit $(printf %040d 7)             | 0000000007: fetch it first
            staging --remote nothing                       | this clone has no remote 'nothing'; it has: line origin
            staging --branch gone                          | line has no branch gone
            staging --branch a..b                          | is no branch's name
            staging --tries 0                              | --tries '0' is no number
            staging --tries                                | --tries needs a value
            staging --force                                | unknown option --force
            staging '--tag --tries' 1                      | unknown option --tag --tries
            staging --remote ./nowhere.git --tries 2       | ./nowhere.git was not reached
            staging --remote git://127.0.0.1:1/x --tries 2 | was not reached. Look at the network
            """)
    void wrongArgumentsAreToldApart(String arguments, String expected) {
        String commit = commit("One");
        String valid = "--remote line --tries 1 --tag x --digest " + A_DIGEST + " --commit " + commit;
        refused("cd workflow; " + Sandbox.SCRIPTS + "/bump " + valid + " " + arguments, expected);
    }

    @Test
    void outsideOfACloneItSaysSo() {
        refused(
                "mkdir none; cd none; GIT_CEILING_DIRECTORIES=$PWD/.. " + Sandbox.SCRIPTS + "/bump staging",
                "run it inside a clone");
    }

    @Test
    void missingRightToPushIsTold() {
        String commit = commit("One");
        sandbox.must("""
                mkdir -p remote.git/hooks
                printf '%s\\n' '#!/bin/sh' 'echo "main is protected: denied" >&2' 'exit 1' >remote.git/hooks/pre-receive
                chmod +x remote.git/hooks/pre-receive
                """);
        refused(
                sandbox.bump("workflow", "line", Image.of(commit), "--tries", "2"),
                "no right to do that. Let this account push to main of line");
    }

    @Test
    void otherHistoryIsRefused() {
        commit("One");
        String alien = sandbox.must("""
                cd workflow
                git checkout -q --orphan alien
                git commit -q -m Alien
                git rev-parse HEAD
                """);
        refused(sandbox.bump("workflow", "line", Image.of(alien)), "have no common history");
    }

    @Test
    void fileThatCannotBeReadIsLeftToPeople() {
        bump(commit("One"));
        sandbox.must(sandbox.person(
                "printf '<<<<<<< mine\\n  tag: \"x\"\\n' >>" + Sandbox.FILE + "; git commit -q -a -m Conflict"));
        refused(sandbox.bump("workflow", "line", Image.of(commit("Two"))), "has not one tag, digest and commit each");
        refused(sandbox.rollback("workflow", "line"), "has not one tag, digest and commit each");
    }

    /** No line of history could also mean that nobody reverted anything, or that this image was never there. */
    @Test
    void nothingIsGuessedWhereTheHistoryCannotBeRead() {
        bump(commit("One"));
        Image two = Image.of(commit("Two"));
        StandIn.of(root.resolve("bin"), "git", """
                case " $* " in
                  *' --full-history '*)
                    echo 'fatal: bad object' >&2
                    exit 128
                    ;;
                esac
                PATH=${PATH#*:} exec git "$@"
                """);
        refused(sandbox.bump("workflow", "line", two), "git could not read the history of " + Sandbox.FILE);
        refused(sandbox.rollback("workflow", "line"), "git could not read the history of " + Sandbox.FILE);
    }

    @Test
    void productionHasItsOwnFile() {
        String commit = commit("One");
        bump(commit);
        bumped(sandbox.bump("workflow", "line", Image.of(commit)).replace("bump' staging", "bump' production"));
        assertThat(sandbox.must("git -C remote.git show --format=%s --name-only main"))
                .startsWith("production: image ")
                .endsWith("gitops/environments/production/image.yaml");
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        bump(commit("One"));
        Files.createDirectory(root.resolve("tmp"));
        bumped("export TMPDIR=$PWD/tmp; " + sandbox.bump("workflow", "line", Image.of(commit("Two"))));
        try (var files = Files.list(root.resolve("tmp"))) {
            assertThat(files).isEmpty();
        }
        assertThat(sandbox.must("git -C workflow for-each-ref refs/bump")).isEmpty();
    }

    private String commit(String subject) {
        return sandbox.must(sandbox.person("git commit -q --allow-empty -m '" + subject.replace("'", "'\\''") + "'"))
                .lines()
                .toList()
                .getLast();
    }

    private void bump(String commit) {
        bumped(sandbox.bump("workflow", "line", Image.of(commit)));
    }

    private void bumped(String command) {
        CommandResult result = sandbox.run(command);
        assertThat(Outcome.of(result)).as(result.toString()).isEqualTo("bumped");
    }

    private void unchanged(String reason, Image image) {
        CommandResult result = sandbox.run(sandbox.bump("workflow", "line", image));
        assertThat(Outcome.of(result)).as(result.toString()).isEqualTo("unchanged " + reason);
    }

    private String who() {
        return sandbox.must("git -C remote.git log -1 --format='%an <%ae>' main");
    }

    /** The command fails, says why, and changed nothing anywhere. */
    private void refused(String command, String why) {
        String clone = sandbox.stateOf("workflow");
        String head = sandbox.must("git -C remote.git for-each-ref");
        CommandResult result = sandbox.run(command);
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.errors()).contains(why);
        assertThat(result.output()).isEmpty();
        assertThat(sandbox.must("git -C remote.git for-each-ref")).isEqualTo(head);
        assertThat(sandbox.stateOf("workflow")).isEqualTo(clone);
    }
}
