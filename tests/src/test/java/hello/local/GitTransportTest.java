package hello.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The git remote {@code cluster}: a push goes through kubectl, and a fetch runs nothing that a branch brings. */
class GitTransportTest {

    /** What every script of {@code local/} begins with. */
    private static final String CONNECT = ". local/lib.sh; connect";

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "100% my clone");
        place.must("git init -q --bare -b main \"$PLACE/hello.git\"; git config gitops.context lab");
        // `kubectl exec` runs git's service on this machine, upon a repository of this machine.
        kubectl = place.standIn("kubectl", """
                                case "$*" in
                  *" exec "*) while [ "$1" != -- ]; do shift; done; exec "$2" "$PLACE/hello.git" ;;
                  *repoURL*) echo git://git.git.svc.cluster.local/hello.git localhost:5050/hello ;;
                esac
                """);
    }

    @Test
    void aPushReachesTheClusterAndTellsArgoCd() {
        place.must(CONNECT);
        place.must("git push -q cluster");
        assertThat(place.must("git --git-dir=\"$PLACE/hello.git\" rev-parse main"))
                .isEqualTo(place.must("git rev-parse HEAD"));
        assertThat(kubectl.calls())
                .contains(
                        "--context lab -n git exec -i",
                        "annotate applications --overwrite -l app.kubernetes.io/part-of=hello")
                .doesNotContain("--context  ");
        assertThat(Double.parseDouble(place.must("cat .git/cluster-pushed")))
                .as("seconds since 1970, at the push")
                .isCloseTo(System.currentTimeMillis() / 1000.0, offset(60.0));
    }

    /** Argo CD forgets a word that comes while it looks, if it is the same as the one before. */
    @Test
    void noTwoWordsAreTheSame() {
        place.must(CONNECT);
        place.must("git push -q cluster; git commit -q --allow-empty -m Next; git push -q cluster");
        List<String> words = kubectl.calls()
                .lines()
                .map(call -> call.replaceFirst(".*(refresh-timestamp|application-set-refresh)=", "$1="))
                .filter(word -> word.matches("(refresh-timestamp|application-set-refresh)=[0-9.]+"))
                .toList();
        assertThat(words).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void whoPushesAgainTellsArgoCdThen() {
        place.must(CONNECT);
        place.must("GIT_CLUSTER_TELL=later git push -q cluster");
        assertThat(timesTold()).isZero();
        place.must("git commit -q --allow-empty -m Next; git push -q cluster");
        assertThat(timesTold()).isOne();
    }

    private long timesTold() {
        return kubectl.calls()
                .lines()
                .filter(call -> call.contains("annotate applications "))
                .count();
    }

    @Test
    void aFetchRunsNothingOfTheBranchThatIsCheckedOut() {
        place.must(CONNECT);
        place.must("git push -q cluster");
        hostileBranch();
        CommandResult fetch = place.run("git fetch -q --all");
        assertThat(place.read("stolen")).as("what the stranger's script did").isEmpty();
        fetch.orFail();
    }

    @Test
    void aCloneOfTheEarlierVersionIsUpgradedByTheNextCommand() {
        place.must("""
                git config remote.cluster.url 'ext::local/git-cluster %S'
                git config remote.cluster.fetch '+refs/heads/*:refs/remotes/cluster/*'
                git config protocol.ext.allow always
                """);
        place.must(CONNECT);
        assertThat(place.must("git config remote.cluster.url")).contains("/.git/git-cluster %S lab hello");
        place.must("git push -q cluster HEAD:main");
        hostileBranch();
        CommandResult fetch = place.run("git fetch -q --all");
        assertThat(place.read("stolen")).as("what the stranger's script did").isEmpty();
        fetch.orFail();
    }

    @Test
    void aNewerTransportIsTakenOverByTheNextCommand() {
        place.must(CONNECT);
        place.must("printf 'echo newer >\"$PLACE/newer\"\\n' >>local/git-cluster");
        place.must(CONNECT);
        place.must("git push -q cluster");
        assertThat(place.read("newer")).isEqualTo("newer\n");
    }

    @Test
    void itWorksFromEachWorkTreeAndWithoutTheScripts() throws Exception {
        place.must(CONNECT);
        place.must("""
                git worktree add -q "$PLACE/beside it" -b beside
                git rm -rq local
                git commit -q -m 'Without the scripts'
                git push -q cluster
                """);
        Path beside = folder.resolve("beside it");
        place.must(beside, "git pull -q --no-rebase cluster main && git push -q cluster HEAD:from-beside");
        assertThat(Files.exists(beside.resolve("local"))).isFalse();
        place.must(beside, "git checkout -q HEAD~1 && " + CONNECT + " && git fetch -q cluster");
        assertThat(place.must("git rev-parse cluster/from-beside")).isEqualTo(place.must("git rev-parse HEAD"));
    }

    /** Git knows the transport by its path. */
    @Test
    void aCloneThatWasMovedFetchesAgainAfterTheNextCommand() {
        place.must(CONNECT);
        place.must("git push -q cluster");
        place.must(folder, "mv '100% my clone' moved");
        Path moved = folder.resolve("moved");
        String fetch = place.must(moved, "! git fetch cluster 2>&1");
        Symptom.of("fatal: cannot run …/git-cluster").isIn(fetch);
        place.must(moved, CONNECT + " && git fetch cluster");
    }

    @Test
    void aServerThatIsNotThereIsNamedWithTheNextStep() {
        place.must(CONNECT);
        place.standIn("kubectl", "echo 'deployments.apps \"git\" not found' >&2; exit 1");
        CommandResult result = place.run("git push cluster");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output())
                .contains("not found", "the git server in the cluster 'lab' did not take it", "make up");
    }

    @Test
    void anEnvironmentWithoutAnImageIsSaidToHaveNone() {
        place.standIn("minikube", "");
        place.must(CONNECT);
        place.must("git push -q cluster");
        CommandResult promote = place.run("local/promote");
        assertThat(promote.exitCode()).isOne();
        assertThat(promote.output()).contains("staging has no image yet", "make deploy");
    }

    @Test
    void aTreeThatCouldNotBeReadIsNotPushed() {
        place.must(CONNECT);
        String git = place.must("command -v git");
        place.standIn("git", """
                [ "$1" != read-tree ] || { echo "fatal: No space left on device" >&2; exit 128; }
                exec %s "$@"
                """.formatted(git));
        for (String program : "mvn minikube".split(" ")) {
            place.standIn(program, "");
        }
        CommandResult result = place.run("local/deploy --publish");
        assertThat(result.output()).contains("No space left on device");
        assertThat(result.exitCode()).isNotZero();
        assertThat(place.must("git --git-dir=\"$PLACE/hello.git\" for-each-ref"))
                .isEmpty();
    }

    /** A stranger's pull request is checked out: its scripts take what they can. */
    private void hostileBranch() {
        place.must("""
                git checkout -q -b stranger
                for script in local/git-cluster local/lib.sh; do
                  printf '#!/usr/bin/env bash\\necho with your rights >"$PLACE/stolen"\\n' >$script
                done
                git commit -qam 'A friendly change'
                """);
    }
}
