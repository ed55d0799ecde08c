package hello.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands get what they are given, and a failure shows what was run and what it printed. */
class CommandTest {

    @TempDir
    private Path folder;

    @Test
    void outputAndErrorsAreKeptApartOrTogether() {
        Command command = Command.bash("echo one; echo two >&2; echo three; exit 3");
        CommandResult apart = command.run();
        assertThat(apart.exitCode()).isEqualTo(3);
        assertThat(apart.output()).isEqualTo("one\nthree\n");
        assertThat(apart.errors()).isEqualTo("two\n");
        CommandResult merged = command.mergingErrors().run();
        assertThat(merged.output()).isEqualTo("one\ntwo\nthree\n");
        assertThat(merged.errors()).isEmpty();
    }

    @Test
    void folderVariablesInputAndArgumentsArrive() throws Exception {
        CommandResult result = Command.bash("pwd -P; echo $A$B; cat; echo \"$1\"", "'$A'")
                .in(folder)
                .with("A", "ä")
                .with(Map.of("B", "b"))
                .input("given\n")
                .run();
        assertThat(result.orFail().output().lines())
                .containsExactly(folder.toRealPath().toString(), "äb", "given", "'$A'");
    }

    @Test
    void variablesAreLeftOut() {
        String path = System.getenv("PATH");
        String output =
                Command.of("env").without(name -> true).with("PATH", path).run().output();
        assertThat(output.lines()).containsExactly("PATH=" + path);
    }

    @Test
    void moreThanAPipeHoldsGoesThrough() {
        CommandResult result = Command.bash("cat; head -c 300000 /dev/zero | tr '\\0' e >&2")
                .input("o".repeat(300_000))
                .run();
        assertThat(result.output()).hasSize(300_000);
        assertThat(result.errors()).hasSize(300_000);
    }

    @Test
    void linesAreToldInOrder() {
        List<String> lines = new ArrayList<>();
        Command.bash("echo one; printf two").tellingLines(lines::add).run();
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void failureShowsCommandAndWhatItPrinted() {
        assertThatThrownBy(() -> Command.bash("echo printed; echo wrong >&2; exit 7")
                        .in(folder)
                        .run()
                        .orFail())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("exit 7' bash (in " + folder + ")")
                .hasMessageContaining("exit code 7, output:\nprinted\n\nerrors:\nwrong");
        assertThatThrownBy(() -> Command.of("echo", "none").run().number("([0-9]+) s"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("$ echo none (in ");
    }

    @Test
    void whatTakesTooLongIsKilledWithItsChildren() throws Exception {
        assertThatThrownBy(() -> Command.bash("echo begun; sleep 60 & echo $! >child; wait")
                        .in(folder)
                        .within(Duration.ofSeconds(1))
                        .run())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not done after 1 s: bash")
                .hasMessageContaining("begun");
        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        for (int i = 0; i < 100 && ProcessHandle.of(child).isPresent(); i++) {
            Thread.sleep(50);
        }
        assertThat(ProcessHandle.of(child)).isEmpty();
    }

    @Test
    void standInComesFirstAndTellsItsCalls() {
        StandIn standIn = StandIn.of(folder, "kubectl", "echo no cluster; exit 5");
        assertThat(standIn.calls()).isEmpty();
        CommandResult result = Command.bash("kubectl get pods || kubectl 'a b'")
                .with("PATH", StandIn.path(folder))
                .run();
        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.output()).isEqualTo("no cluster\nno cluster\n");
        assertThat(standIn.calls()).isEqualTo("get pods\na b\n");
    }

    @Test
    void onlyTheRealProgramsThatAreNamedAreFound() {
        StandIn.real(folder, "bash", "env", "cat");
        CommandResult result = Command.of(folder.resolve("bash").toString(), "-c", "cat; command -v grep")
                .with("PATH", folder.toString())
                .input("read")
                .run();
        assertThat(result.output()).isEqualTo("read");
        assertThat(result.exitCode()).isOne();
    }
}
