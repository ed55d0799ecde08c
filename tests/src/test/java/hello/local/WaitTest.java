package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code gitops/wait} ends: with the commit or a newer one, or with the reason why not. */
class WaitTest {

    private static final String DONE = "deployment \"hello\" successfully rolled out";
    private static final String FAILED = "error: deployment \"hello\" exceeded its progress deadline";

    @TempDir
    private Path folder;

    private Workplace place;
    private String commit;

    /** Each look at the cluster takes a line of the file {@code looks}, and the last one stays. */
    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        commit = place.must("git rev-parse HEAD");
        place.must("git commit -q --allow-empty -m Newer");
        place.standIn("kubectl", """
                look() { head -n 1 "$PLACE/looks" | cut -d '|' -f "$1"; }
                case "$*" in
                  *current-context*) echo lab ;;
                  *"get application hello-nowhere"*) echo 'not found' >&2; exit 1 ;;
                  *OPERATION*)
                    echo "Synced   Progressing   Succeeded"
                    [ "$(wc -l <"$PLACE/looks")" -lt 2 ] || sed -i.before 1d "$PLACE/looks"
                    ;;
                  *"get application "*template*) echo '  one or more objects failed to apply' ;;
                  *COMMIT*) echo "$(look 1) ghcr.io/ada/hello" ;;
                  *"rollout status"*) look 2 ;;
                  *unready-pods*) echo "  hello-a: Back-off pulling image" ;;
                esac
                """);
    }

    @Test
    void endsWhenTheCommitRuns() {
        looks("0".repeat(40) + "|" + DONE, commit + "|Waiting for rollout to finish", commit + "|" + DONE);
        assertThat(waiting("staging", commit).orFail().output())
                .contains("waiting for staging to run " + commit.substring(0, 12))
                .contains("staging has 000000000000, Argo CD: Synced Progressing Succeeded; " + DONE)
                .contains("staging runs " + commit.substring(0, 12));
    }

    @Test
    void aNewerOneThatContainsItWillDo() {
        String newer = place.must("git rev-parse HEAD");
        looks(newer + "|" + DONE);
        assertThat(waiting("staging", commit).orFail().output()).contains("runs " + newer.substring(0, 12));
    }

    @Test
    void anOlderOneWillNot() {
        looks(commit + "|" + DONE);
        refused(waiting("staging", "HEAD"), "the time is over (TIMEOUT=3)", "one or more objects failed to apply");
    }

    @Test
    void aRolloutThatFailsIsToldAtOnce() {
        looks(commit + "|" + FAILED);
        CommandResult result = place.run("TIMEOUT=60 gitops/wait staging \"$1\"", commit);
        refused(result, "hello-a: Back-off pulling image", "has failed", "logs deployment/hello");
    }

    /** What Kubernetes still says of the image before. */
    @Test
    void whatIsSaidOfTheReleaseBeforeDoesNotCount() {
        looks(commit + "|" + FAILED, commit + "|" + FAILED, commit + "|" + DONE);
        assertThat(place.run("TIMEOUT=60 gitops/wait staging \"$1\"", commit)
                        .orFail()
                        .output())
                .contains("staging runs ");
    }

    @Test
    void whatIsNotThereIsNamed() {
        refused(waiting("staging", "no-such"), "'no-such' is no commit of this clone", "git fetch");
        refused(waiting("nowhere", commit), "has no 'hello-nowhere'", "once it has an image");
    }

    private void looks(String... lines) {
        place.write("looks", String.join("\n", lines) + "\n");
    }

    private CommandResult waiting(String environment, String which) {
        return place.run("TIMEOUT=3 gitops/wait \"$1\" \"$2\"", environment, which);
    }

    private static void refused(CommandResult result, String... sentences) {
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output()).contains(sentences);
    }
}
