package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the workflow that runs the promises keeps of the cluster; make and kubectl are stand-ins. */
class ClusterRunTest {

    @TempDir
    private Path root;

    private ScriptClone clone;
    private StandIn kubectl;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        kubectl = clone.standIn(
                "kubectl", "case \"$*\" in *jsonpath*) echo hello-staging/hello-1 ;; *) echo \"$@\" ;; esac");
    }

    @Test
    void numbersAndStateAndTheExitCodeAreKept() {
        clone.standIn("make", "echo made \"$@\"; [ \"$1\" != e2e ] || exit 2");
        assertThat(clone.run(".github/scripts/on-a-cluster").exitCode()).isEqualTo(1);
        assertThat(clone.file("clone/target/cluster/numbers.txt")).isEqualTo("made up\nmade e2e\n");
        assertThat(clone.file("clone/target/cluster/log-hello-staging-hello-1.txt"))
                .contains("logs -n hello-staging hello-1");
        assertThat(kubectl.calls()).doesNotContain("secret");
    }

    @Test
    void anotherTargetIsMadeWhereItIsNamed() {
        StandIn make = clone.standIn("make", "echo made \"$@\"");
        clone.run(".github/scripts/on-a-cluster soak").orFail();
        assertThat(make.calls()).contains("soak").doesNotContain("e2e");
    }

    @Test
    void nothingIsKeptOfARunThatWentWell() {
        clone.standIn("make", "echo made \"$@\"");
        clone.run(".github/scripts/on-a-cluster").orFail();
        assertThat(kubectl.calls()).isEmpty();
    }
}
