package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import hello.support.Terminal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code make ui}: the way to Argo CD's page holds until Ctrl-C, and the browser is opened once. */
class UiTest {

    private static final String BEGIN = Terminal.begin("local/ui");
    private static final String END = Terminal.end();

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn xdgOpen;
    private StandIn open;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        place.must("git config gitops.context lab");
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo https://github.com/ada/hello ghcr.io/ada/hello ;;
                  *port-forward*)
                    echo $$ >>"$PLACE/forwards"
                    echo "Forwarding from 127.0.0.1:$PORT -> 443"
                    exec sleep 600
                    ;;
                esac
                """);
        place.standIn("curl", "[ -e \"$PLACE/answers\" ]");
        place.standIn("uname", "echo \"${SYSTEM:-Linux}\"");
        xdgOpen = place.standIn("xdg-open", "exit 3");
        open = place.standIn("open", "");
    }

    @Test
    void opensOnceArgoCdAnswersAndBeginsAgainWhenTheWayBreaks() throws IOException {
        String port = freePort();
        place.must("export DISPLAY=:1 PORT=\"$1\"\n" + BEGIN + """
                soon has_lines 2 bin/curl.calls
                [ ! -e "$PLACE/bin/xdg-open.calls" ]
                touch "$PLACE/answers"
                soon has_lines 1 bin/xdg-open.calls
                kill "$(tail -n 1 "$PLACE/forwards")"
                soon has_lines 2 forwards
                """ + END, port);
        assertThat(xdgOpen.calls()).isEqualTo("https://localhost:" + port + "\n");
        assertThat(place.read("said")).contains("https://localhost:" + port, "user      admin", "password  ");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            Linux,  :1, yes, xdg-open
            Linux,  :1, no,
            Linux,  '', yes,
            Darwin, '', yes, open
            Darwin, '', no,
            """)
    void opensABrowserWhereThereIsOne(String system, String display, String wanted, String program) throws IOException {
        place.write("answers", "");
        place.must(
                "export WAYLAND_DISPLAY= PORT=\"$1\" SYSTEM=\"$2\" DISPLAY=\"$3\" OPEN=\"$4\"\n" + BEGIN + """
                soon grep -q Ctrl-C "$PLACE/said"
                [ -z "$5" ] || soon has_lines 1 "bin/$5.calls"
                """ + END,
                freePort(),
                system,
                display,
                wanted,
                program == null ? "" : program);
        assertThat(xdgOpen.calls().isEmpty()).isNotEqualTo("xdg-open".equals(program));
        assertThat(open.calls().isEmpty()).isNotEqualTo("open".equals(program));
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandResult result = place.run("PORT=\"$1\" local/ui", String.valueOf(taken.getLocalPort()));
            assertThat(result.exitCode()).isOne();
            assertThat(result.output()).contains("port " + taken.getLocalPort() + " is taken", "next: make ui PORT=");
        }
    }

    @Test
    void anArgoCdThatDoesNotAnswerIsNotOpened() throws IOException {
        CommandResult result = place.run("DISPLAY=:1 TIMEOUT=1 PORT=\"$1\" local/ui", freePort());
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("Argo CD does not answer at https://localhost:", "next: make status");
        assertThat(xdgOpen.calls()).isEmpty();
    }

    @Test
    void whatKubectlSaysIsToldWhereThereIsNoWay() throws IOException {
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo https://github.com/ada/hello ghcr.io/ada/hello ;;
                  *port-forward*) echo 'error: no pod runs' >&2 ;;
                esac
                """);
        CommandResult result = place.run("TIMEOUT=1 PORT=\"$1\" local/ui", freePort());
        assertThat(result.exitCode()).isOne();
        Symptom.of("there is no way to Argo CD").isIn(result.output());
        assertThat(result.output()).contains("Argo CD: error: no pod runs", "next: make status");
    }

    private static String freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return String.valueOf(free.getLocalPort());
        }
    }
}
