package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lab builds what the rest of the repository names, and says what a machine lacks before it builds anything. */
class LabTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path bin;

    private record Said(int code, String text) {}

    /** A machine that lacks nothing, as far as these programs tell. */
    @BeforeEach
    void machine() throws IOException {
        standIn("id", "echo 0");
        standIn("uname", "echo Linux x86_64");
        standIn("stat", "echo tmpfs");
        standIn("awk", "case $* in *MemAvailable*) echo 16;; *) exec /usr/bin/awk \"$@\";; esac");
        standIn("go", "[ \"$1\" != env ] || echo " + bin);
        standIn("df", "echo; echo a b c 99999999");
        for (String program : "mvn ip nsenter unshare apt-get iptables".split(" ")) {
            standIn(program, "");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ARGOCD, github.com/argoproj/argo-cd/v3",
        "HELM, helm.sh/helm/v4",
        "MINIKUBE, k8s.io/minikube",
        "TRAEFIK, github.com/traefik/traefik/v3",
        "REGISTRY, github.com/distribution/distribution/v3"
    })
    void itBuildsWhatTheProjectNames(String name, String module) throws Exception {
        String version = setting(name);
        assertThat(version).matches("\\d+\\.\\d+\\.\\d+");
        // The last line of a go.mod that names a module is the one that counts: a replacement comes after what it
        // replaces.
        Matcher line = Pattern.compile("(?m)^(?:\\t|replace )" + Pattern.quote(module) + "(?: => "
                        + Pattern.quote(module) + ")? v(\\S+)")
                .matcher(Files.readString(ROOT.resolve("lab/src/companions/go.mod")));
        String built = "";
        while (line.find()) {
            built = line.group(1);
        }
        assertThat(built)
                .as(
                        "%s in lab/src/companions/go.mod: there `go get %s@v%s && go mod tidy`",
                        module, module, version)
                .isEqualTo(version);
    }

    @Test
    void itReadsTheOtherVersionsWhereTheyAre() throws Exception {
        Properties tools = new Properties();
        tools.load(Files.newBufferedReader(ROOT.resolve("mise.toml")));
        assertThat(setting("KUBERNETES")).isEqualTo(tools.getProperty("kubectl").replace("\"", ""));
        assertThat(Files.readString(ROOT.resolve("service/src/image/Stage.java")))
                .contains("BASE = \"" + setting("BASE") + "\"");
        assertThat(run(Map.of("KUBERNETES", "v1.99.1"), "bash", "-c", ". lab/settings.sh; echo $KUBERNETES")
                        .text())
                .isEqualTo("1.99.1\n");
    }

    @Test
    void anotherSystemIsRefusedInOneSentence() throws Exception {
        standIn("uname", "echo Darwin arm64");
        Said said = check();
        assertThat(said.code()).isOne();
        assertThat(said.text())
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
                "awk     | case $* in *MemAvailable*) echo 3;; *) exec /usr/bin/awk \"$@\";; esac | 6 GB of free memory",
                "df      | echo; echo a b c 3145728                 | 8 GB of free disk for",
                "go      | case $* in *@latest) echo no route; exit 1;; esac; echo /tmp | a Go module proxy that answers (go env GOPROXY), or a way to the modules (no route)",
                "apt-get | exit 100                                 | Debian's package archive"
            })
    void whatThisMachineLacksIsSaidBeforeAnythingIsBuilt(String program, String does, String sentence)
            throws Exception {
        onDebian();
        standIn(program, does);
        Said said = check();
        assertThat(said.code()).isOne();
        assertThat(said.text()).contains(sentence);
    }

    @Test
    void whichControllersAreThereIsSaidOfCgroupsOfVersion2Too() throws Exception {
        onDebian();
        standIn("stat", "echo cgroup2fs");
        standIn("cat", "case $* in */cgroup.controllers) echo cpuset cpu memory pids;; *) exec /bin/cat \"$@\";; esac");
        Said said = check();
        assertThat(said.code()).isOne();
        assertThat(said.text())
                .contains("the cgroup controller io in")
                .doesNotContain("controller cpu", "controller memory", "controller pids");
    }

    @Test
    void makeUpNamesTheLabWhereThereIsNoMinikube() throws Exception {
        Path few = Files.createDirectory(bin.resolve("few"));
        for (String tool : "bash env dirname basename".split(" ")) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(folder, tool))) {
                    standIn("few/" + tool, "exec " + Path.of(folder, tool) + " \"$@\"");
                    break;
                }
            }
        }
        Said said = run(Map.of("PATH", few.toString()), few.resolve("bash").toString(), "local/up");
        assertThat(said.code()).isOne();
        assertThat(said.text()).contains("'minikube' is not installed", "make lab-up");
    }

    private static void onDebian() throws IOException {
        assumeTrue(
                Files.exists(Path.of("/etc/debian_version"))
                        && Files.readString(Path.of("/etc/os-release")).contains("ID=debian"),
                "the lab is for Debian");
    }

    private Said check() throws Exception {
        return run(
                Map.of(
                        "PATH",
                        bin + File.pathSeparator + System.getenv("PATH"),
                        "LAB_HOME",
                        bin.resolve("home").toString()),
                "lab/check",
                "building");
    }

    private String setting(String name) throws Exception {
        Said said = run(Map.of("KUBERNETES", ""), "bash", "-c", ". lab/settings.sh; echo $" + name);
        assertThat(said.code()).as(said.text()).isZero();
        return said.text().strip();
    }

    private void standIn(String program, String does) throws IOException {
        Path file = Files.writeString(bin.resolve(program), "#!/bin/sh\n" + does + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Said run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(ROOT.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes());
        return new Said(process.waitFor(), text);
    }
}
