package hello.image;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.Terminal;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make dev} starts the service anew after a change, and a change that does not compile stops nothing. */
class DevTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsChangedIsSeen() throws IOException {
        assertThat(untilInterrupted("service/dev", """
                        factory=service/src/main/java/hello/GreetingFactory.java
                        soon greets Hello
                        cp "$factory" "$PLACE/factory"
                        sed -i.before 's/"Hello"/"Good morning"/' "$factory"
                        soon greets 'Good morning'
                        echo 'no Java' >>"$factory"
                        soon grep -q 'does not compile' "$PLACE/said"
                        greets 'Good morning'
                        cp "$PLACE/factory" "$factory"
                        soon greets Hello
                        """)).endsWith("it ended with 130\n");
        assertThat(Repository.read(folder.resolve("said"))).contains("GreetingFactory.java");
    }

    /** {@code make run} starts it once. */
    @Test
    void runStartsIt() throws IOException {
        assertThat(untilInterrupted("service/run", "soon greets Hello\n")).endsWith("it ended with 130\n");
    }

    /** Runs a command in a checkout, and meanwhile a script, at whose end Ctrl-C is pressed; gives what it wrote. */
    private String untilInterrupted(String command, String script) throws IOException {
        String ports = "export PORT=\"$1\" ENDPOINTS_ALL_PORT=\"$2\" PATIENCE=1200\n";
        String greets = "greets() { curl -s \"http://localhost:$PORT/\" | grep -q \"^$1, \"; }\n";
        return Checkout.copy(folder.resolve("a checkout"))
                .command(
                        "bash",
                        "-e",
                        "-c",
                        ports + Terminal.begin(command) + greets + script + Terminal.end(),
                        "bash",
                        freePort(),
                        freePort())
                .with("PLACE", folder.toString())
                .run()
                .orFail()
                .output();
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return String.valueOf(socket.getLocalPort());
        }
    }
}
