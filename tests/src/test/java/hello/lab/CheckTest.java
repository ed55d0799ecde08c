package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Symptom;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a machine lacks for the lab is said before anything is built. */
class CheckTest {

    @TempDir
    private Path bin;

    /** A machine that lacks nothing, as far as these programs tell. */
    @BeforeEach
    void machine() {
        StandIn.of(bin, "id", "echo 0");
        StandIn.of(bin, "uname", "echo Linux x86_64");
        StandIn.of(bin, "stat", "echo tmpfs");
        StandIn.of(bin, "awk", "case $* in *MemAvailable*) echo 16;; *) exec /usr/bin/awk \"$@\";; esac");
        StandIn.of(bin, "go", "[ \"$1\" != env ] || echo " + bin);
        StandIn.of(bin, "df", "echo; echo a b c 99999999");
        for (String program : "mvn ip nsenter unshare apt-get iptables curl".split(" ")) {
            StandIn.of(bin, program, "");
        }
    }

    @Test
    void anotherSystemIsRefusedInOneSentence() {
        StandIn.of(bin, "uname", "echo Darwin arm64");
        CommandResult result = check();
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors())
                .contains("Debian 12 and newer on amd64 only", "elsewhere use minikube with a driver")
                .hasLineCount(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id      | echo 1000                                | it has to be root",
                "unshare | echo Operation not permitted; exit 1     | CAP_SYS_ADMIN) (Operation not permitted)",
                "unshare | case $* in *veth*) exit 1;; esac         | the kernel feature veth",
                "unshare | case $* in *overlay*) exit 1;; esac      | the kernel feature overlay",
                "unshare | case $* in *NFQUEUE*) exit 1;; esac      | the kernel feature NFQUEUE",
                "awk     | case $* in *Mem*) echo 3;; *) exec /usr/bin/awk \"$@\";; esac | 6 GB of free memory",
                "df      | echo; echo a b c 3145728                 | 8 GB of free disk for",
                "go      | case $* in *@latest) echo no route; exit 1;; esac; pwd | a Go module proxy that answers",
                "go      | case $* in *@latest) echo no route; exit 1;; esac; pwd | the modules (no route)",
                "apt-get | exit 100                                 | Debian's package archive"
            })
    void whatThisMachineLacksIsSaidBeforeAnythingIsBuilt(String program, String does, String sentence) {
        onDebian();
        StandIn.of(bin, program, does);
        CommandResult result = check();
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors()).contains(sentence);
    }

    @Test
    void whichControllersAreThereIsSaidOfCgroupsOfVersion2Too() {
        onDebian();
        StandIn.of(bin, "stat", "echo cgroup2fs");
        StandIn.of(bin, "cat", """
                case $* in
                  */cgroup.controllers) echo cpuset cpu memory pids ;;
                  *) exec /bin/cat "$@" ;;
                esac""");
        CommandResult result = check();
        assertThat(result.exitCode()).isOne();
        Symptom.of("lab: this machine lacks …").isIn(result.errors());
        assertThat(result.errors())
                .contains("the cgroup controller io in")
                .doesNotContain("controller cpu", "controller memory", "controller pids");
    }

    private static void onDebian() {
        Path release = Path.of("/etc/os-release");
        assumeTrue(Files.exists(release) && Repository.read(release).contains("ID=debian"), "the lab is for Debian");
    }

    private CommandResult check() {
        return Command.of("lab/check", "building")
                .with("PATH", StandIn.path(bin))
                .with("LAB_HOME", bin.resolve("home").toString())
                .run();
    }
}
