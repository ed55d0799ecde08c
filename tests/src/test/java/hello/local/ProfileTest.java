package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which of several clusters the scripts ask: the one that {@code make up} used from this clone, else minikube's current
 * profile, and never just kubectl's current context.
 */
class ProfileTest {

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void machine() {
        place = new Workplace(folder, "Ada's clone");
        place.standIn("minikube", """
                echo "$*" >>"$PLACE/minikube"
                case "$*" in
                  profile) cat "$PLACE/profile" ;;
                  *" ip") echo 127.198.51.1 ;;
                esac
                """);
        place.standIn("kubectl", """
                echo "$*" >>"$PLACE/kubectl"
                case "$*" in
                  *repoURL*) echo "$PLACE/hello.git ghcr.io/ada/hello" ;;
                  *port-forward*) echo 'error: no pod' >&2; exit 1 ;;
                esac
                """);
        place.must("git clone -q --bare . \"$PLACE/hello.git\"");
        place.write("profile", "* second\n");
    }

    @Test
    void aProfileOfAnotherNameIsTheClusterEverywhere() {
        place.run("local/status").orFail();
        assertThat(place.read("kubectl").lines()).isNotEmpty().allMatch(line -> line.startsWith("--context second "));
        assertThat(place.read("minikube").lines().filter(line -> !line.equals("profile")))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("-p second "));
    }

    @Test
    void anotherProfileMeanwhileDoesNotLeadAway() {
        place.must("git config gitops.context first");
        CommandResult status = place.run("local/status").orFail();
        assertThat(status.output()).contains("cluster first ");
        assertThat(place.read("kubectl").lines()).isNotEmpty().allMatch(line -> line.startsWith("--context first "));
    }

    /** A cluster was deleted, or the clone goes on with another one: nothing that only the former one had is lost. */
    @Test
    void whatOnlyTheFormerClusterHadIsKept() {
        String commit = place.must("""
                git clone -q "$PLACE/hello.git" "$PLACE/other"
                cd "$PLACE/other"
                git -c user.name=Bob -c user.email=bob@example.org commit -q --allow-empty -m 'Only there'
                git push -q origin HEAD:main
                git rev-parse HEAD
                """);
        place.run("local/status").orFail();
        assertThat(place.must("git rev-parse cluster/main")).isEqualTo(commit);
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo "$PLACE/next.git ghcr.io/ada/hello" ;;
                  *port-forward*) exit 1 ;;
                esac
                """);
        place.must("git clone -q --bare . \"$PLACE/next.git\"; git config gitops.context next");
        CommandResult status = place.run("local/status").orFail();
        Symptom.of("the remote 'cluster' is now …").isIn(status.output());
        assertThat(status.output())
                .contains("kept as refs/saved/cluster-" + commit.substring(0, 12), "in the cluster 'next'");
        assertThat(place.must("git rev-parse refs/saved/cluster-" + commit.substring(0, 12)))
                .isEqualTo(commit);
        assertThat(place.must("git rev-parse cluster/main")).isEqualTo(place.must("git rev-parse HEAD"));
        assertThat(place.run("local/status").orFail().output()).doesNotContain("refs/saved", "is now");
    }

    @Test
    void aMachineWithNoProfileIsTold() {
        place.write("profile", "");
        assertThat(place.run("local/status").output()).contains("no cluster is known here", "next: make up");
    }

    /** A laptop that has just woken up, or whose cluster was deleted. */
    @Test
    void anApiThatDoesNotAnswerIsNamedWithItsWords() {
        place.must("cp \"$PLACE/bin/kubectl\" \"$PLACE/awake\"");
        place.standIn("kubectl", "echo 'The connection to the server 192.168.49.2:8443 was refused' >&2; exit 1");
        CommandResult status = place.run("local/status");
        assertThat(status.exitCode()).isOne();
        Symptom.of("does not answer").isIn(status.output());
        Symptom.of("the cluster … has no 'hello', or does not answer").isIn(status.output());
        assertThat(status.output())
                .contains(
                        "192.168.49.2:8443 was refused", "make up (it starts a stopped minikube, too)", "make doctor");
        place.must("cp \"$PLACE/awake\" \"$PLACE/bin/kubectl\"");
        place.must(". local/lib.sh; connect");
    }
}
