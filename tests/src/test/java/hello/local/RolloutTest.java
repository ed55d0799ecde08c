package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How {@code make deploy} waits: until every pod says the commit, another image takes over, or the cluster gives up.
 */
class RolloutTest {

    private static final String DIGEST = "sha256:" + "1".repeat(64);
    private static final String OTHER_DIGEST = "sha256:" + "2".repeat(64);

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;
    private String commit;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        commit = place.must("""
                git config gitops.context lab
                git init -q --bare -b main "$PLACE/hello.git"
                git rev-parse HEAD
                """);
        place.standIn("minikube", "echo 198.51.100.1");
        // What `kubectl rollout status` says is in a file, which the tests fill when it is an error.
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo "$PLACE/hello.git ghcr.io/ada/hello" ;;
                  *ingress/hello*) echo staging.hello.test ;;
                  *hpa/hello*) echo 2 ;;
                  *endpointslices*) printf '%%s\\n' hello-a hello-b ;;
                  *" get deployment/hello "*)
                    if [ -s "$PLACE/former" ]; then
                      cat "$PLACE/former"
                      rm "$PLACE/former"
                      : >"$PLACE/error"
                    else
                      echo "ghcr.io/ada/hello:tag@%s"
                    fi
                    ;;
                  *"rollout status"*)
                    if [ -s "$PLACE/stale" ]; then
                      cat "$PLACE/error"
                      sed -i.before 1d "$PLACE/stale"
                      [ -s "$PLACE/stale" ] || : >"$PLACE/error"
                      exit 1
                    fi
                    cat "$PLACE/error"
                    [ ! -s "$PLACE/error" ]
                    ;;
                  *REVISION*) cat "$PLACE/revision" 2>/dev/null ;;
                  *pod-times*) cat "$PLACE/times" 2>/dev/null ;;
                  *" get pods "*) echo "  hello-a: Readiness probe failed" ;;
                esac
                """.formatted(DIGEST));
        place.standIn("argocd", "echo 'Health Status: Degraded'");
        place.write("error", "");
        bumped(DIGEST, commit);
    }

    @Test
    void endsWhenEachPodHasSaidTheCommit() {
        answers("0".repeat(40) + ", pod hello-old", commit + ", pod hello-a", commit + ", pod hello-b");
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).as(rollout.output()).isZero();
        assertThat(rollout.output())
                .containsPattern("first answer with the new version [0-9]+\\.[0-9] s after the push")
                .containsPattern("only new pods are ready [0-9]+\\.[0-9] s after the push \\(2 pods\\)")
                .contains("every pod answers with commit " + commit.substring(0, 12));
    }

    /** Pods of another image do not count, and midnight does not matter. */
    @Test
    void saysWhereTheSecondsWent() {
        answers(commit + ", pod hello-a", commit + ", pod hello-b", commit + ", pod hello-a");
        place.write("times", """
                hello:1@sha256:0 2026-11-26T10:00:00Z 2026-11-26T10:00:01Z 2026-11-26T10:00:02Z
                hello:2@%1$s 2026-11-26T23:59:58Z 2026-11-27T00:00:01Z 2026-11-27T00:00:09Z
                hello:2@%1$s 2026-11-26T23:59:57Z 2026-11-26T23:59:59Z 2026-11-27T00:00:08Z
                """.formatted(DIGEST));
        assertThat(rolloutPushedAt("2026-11-26 23:59:55").output())
                .contains("the seconds: build 7, push 1, Argo CD 2, image and container 2, start until ready 9");
        assertThat(rolloutPushedAt("2026-11-27 00:00:55").output())
                .as("with pods that were there before")
                .contains("every pod answers")
                .doesNotContain("the seconds");
    }

    private CommandResult rolloutPushedAt(String time) {
        return place.run(
                        "BUILT='build 7, push 1, ' TIMEOUT=60 INGRESS=198.51.100.1:80 "
                                + "local/rollout staging \"$1\" \"$2\" \"$3\"",
                        commit,
                        DIGEST,
                        "" + Instant.parse(time.replace(' ', 'T') + "Z").getEpochSecond() + ".5")
                .orFail();
    }

    /** The old pods of a release that failed answer as soon as it is taken back. */
    @Test
    void whatIsSaidOfTheReleaseBeforeDoesNotCount() {
        answers(commit + ", pod hello-b", commit + ", pod hello-a", commit + ", pod hello-b");
        place.write("former", "ghcr.io/ada/hello:tag@" + OTHER_DIGEST + "\n");
        place.write("error", "error: deployment \"hello\" exceeded its progress deadline\n");
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).as(rollout.output()).isZero();
        assertThat(rollout.output()).contains("every pod answers with commit");
    }

    /** The Deployment has the new image for a moment before its status is about it. */
    @Test
    void theDeadlineThatTheImageBeforeMissedIsNotTheNewOnes() {
        answers("0".repeat(40) + ", pod hello-old");
        place.write("error", "error: deployment \"hello\" exceeded its progress deadline\n");
        place.write("stale", "1\n2\n3\n");
        CommandResult rollout =
                place.run("TIMEOUT=14 INGRESS=198.51.100.1:80 local/rollout staging \"$1\" \"$2\" 0", commit, DIGEST);
        assertThat(rollout.number("does not run commit \\S+ after ([0-9]+) s"))
                .as("not given up before the time")
                .isGreaterThanOrEqualTo(14);
        assertThat(kubectl.calls()).as("Argo CD has not seen main's head").contains("annotate applications ");
    }

    @Test
    void onePodThatSaysNothingIsNotEnough() {
        answers(commit + ", pod hello-a");
        CommandResult rollout =
                place.run("TIMEOUT=2 INGRESS=198.51.100.1:80 local/rollout staging \"$1\" \"$2\" 0", commit, DIGEST);
        assertThat(rollout.exitCode()).isOne();
        assertThat(rollout.output())
                .contains("only new pods are ready", "staging is not there")
                .doesNotContain("every pod");
    }

    @Test
    void givesUpWithTheClustersWords() {
        answers(commit + ", pod hello-a");
        place.write("error", "error: deployment \"hello\" exceeded its progress deadline\n");
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).isOne();
        assertThat(rollout.output())
                .containsPattern("staging does not run commit \\S+ after [0-9]+ s")
                .contains("Health Status: Degraded", "hello-a: Readiness probe failed", "make rollback ENV=staging");
    }

    @Test
    void givesUpBeforeTheTimeWhenNoPodCanEverRun() {
        place.must("git --git-dir=\"$PLACE/hello.git\" rev-parse main >\"$PLACE/revision\"");
        answers("0".repeat(40) + ", pod hello-old");
        place.write("error", "error: deployment \"hello\" exceeded its progress deadline\n");
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).isOne();
        assertThat(rollout.number("does not run commit \\S+ after ([0-9]+) s")).isLessThan(60);
        assertThat(kubectl.calls()).as("Argo CD has seen main's head").doesNotContain("annotate applications ");
    }

    @Test
    void leavesTheFieldToANewerImage() {
        answers(commit + ", pod hello-a");
        place.write("error", "error: timed out waiting for the condition\n");
        bumped(OTHER_DIGEST, place.must("git commit -q --allow-empty -m Newer; git rev-parse HEAD"));
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).as(rollout.output()).isZero();
        assertThat(rollout.output()).containsPattern("overtaken by the image of commit [0-9a-f]{12}, which is newer");
    }

    @Test
    void leavesTheFieldToAnImageThatSomebodyChose() {
        answers(commit + ", pod hello-a");
        place.write("error", "error: timed out waiting for the condition\n");
        bumped(OTHER_DIGEST, "3".repeat(40));
        CommandResult rollout = rollout();
        assertThat(rollout.exitCode()).as(rollout.output()).isZero();
        assertThat(rollout.output()).contains("overtaken by the image of commit 333333333333, which somebody chose");
    }

    private CommandResult rollout() {
        return place.run(
                "TIMEOUT=60 INGRESS=198.51.100.1:80 local/rollout staging \"$1\" \"$2\" \"$(date +%s)\"",
                commit, DIGEST);
    }

    /** The ingress answers with these, one after the other; after the last one, it begins with the second again. */
    private void answers(String... said) {
        place.standIn("curl", """
                said=("%s")
                turn=$(cat "$PLACE/asked" 2>/dev/null | wc -c)
                printf x >>"$PLACE/asked"
                [ "$turn" -lt ${#said[@]} ] || turn=$((${#said[@]} > 1 ? 1 + turn %% (${#said[@]} - 1) : 0))
                printf 'Hello, staging!\\nversion 1, commit %%s\\n' "${said[$turn]}"
                """.formatted(String.join("\" \"", said)));
    }

    /** The cluster's repository has this image for staging. */
    private void bumped(String digest, String from) {
        place.must("""
                git checkout -q --detach
                printf 'image:\\n  digest: %s\\n  commit: %s\\n' "$1" "$2" >gitops/environments/staging/image.yaml
                git add gitops
                git commit -q -m Bump
                git push -q --force "$PLACE/hello.git" HEAD:refs/heads/main
                git checkout -q main
                """, digest, from);
    }
}
