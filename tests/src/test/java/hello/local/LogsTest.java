package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Terminal;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make logs} shows every pod's lines, also those of pods that come later, and leaves nothing behind. */
class LogsTest {

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        place.must("git config gitops.context lab");
        place.write("pods", """
                hello-a Running
                hello-b Pending
                """);
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo https://github.com/ada/hello ghcr.io/ada/hello ;;
                  *'get namespace hello-staging'*) ;;
                  *'get namespace'*) exit 1 ;;
                  *'get pods'*) cat "$PLACE/pods" ;;
                  *' logs '*)
                    echo "$*" >>"$PLACE/followed"
                    echo "line of ${*: -1}"
                    exec sleep 600
                    ;;
                esac
                """);
    }

    @Test
    void podsThatComeLaterAreShownFromTheirBeginning() {
        place.must(Terminal.begin("local/logs staging") + """
                soon grep -qx 'hello-a line of hello-a' "$PLACE/said"
                printf '%s\\n' 'hello-a Running' 'hello-b Running' >"$PLACE/pods"
                soon grep -qx 'hello-b line of hello-b' "$PLACE/said"
                """ + Terminal.end());
        assertThat(place.read("followed"))
                .isEqualTo("--context lab -n hello-staging logs -f --tail=10 hello-a\n"
                        + "--context lab -n hello-staging logs -f --tail=-1 hello-b\n");
    }

    @Test
    void anEnvironmentThatIsNotThereIsNamed() {
        CommandResult result = place.run("local/logs qa");
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("the cluster has no environment 'qa'", "next: make logs ENV=staging");
    }
}
