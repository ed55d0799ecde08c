package hello.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

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
        "KUBERNETES, mise.toml, kubectl = \"%s\"",
        "MINIKUBE, mise.toml, minikube = \"%s\"",
        "HELM, mise.toml, helm = \"%s\"",
        "ARGOCD, mise.toml, argocd = \"%s\"",
        "TRAEFIK, gitops/platform/deployment.yaml, image: docker.io/library/traefik:v%s",
        "REGISTRY, local/registry.yaml, image: docker.io/library/registry:%s",
        "CURL, gitops/charts/hello/templates/tests/greeting.yaml, curlimages/curl:%s"
    })
    void itReadsEachVersionWhereItIs(String name, String home, String line) throws Exception {
        String version = setting(name);
        assertThat(version).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(Files.readString(ROOT.resolve(home)))
                .containsPattern(Pattern.quote(line.formatted(version)) + "(@sha256:[0-9a-f]{64})?\\s");
    }

    @Test
    void itTakesAnotherKubernetesWithOrWithoutItsV() throws Exception {
        assertThat(run(Map.of("KUBERNETES", "v1.99.1"), "bash", "-c", ". lab/settings.sh; echo $KUBERNETES")
                        .text())
                .isEqualTo("1.99.1\n");
    }

    @Test
    void theServicesBaseIsAskedForByTag() throws Exception {
        assertThat(setting("BASE")).matches("[a-z.]+/[a-z0-9/-]+:[a-z0-9.-]+");
        assertThat(run(Map.of(), "bash", "-c", "grep -rhF \"$(. lab/settings.sh; echo $BASE)\" service")
                        .text())
                .contains(setting("BASE"));
    }

    /** No local build has the digest that its maker's image has, so the node is given the image under that name. */
    @Test
    void whatIsNamedByDigestIsGivenToTheNodeUnderThatName() throws Exception {
        String one = "sha256:" + "1".repeat(64);
        String two = "sha256:" + "2".repeat(64);
        manifest("gitops/platform/deployment.yaml", "image: docker.io/library/traefik:v3@" + one);
        manifest("local/git.yaml", "image: quay.io/argoproj/argocd:v3.6.1 # no digest");
        manifest("argocd/install/kustomization.yaml", """
                images:
                  - name: public.ecr.aws/docker/library/redis
                    newTag: 8-alpine
                    digest: %s
                patches:
                  - path: argocd-cm.yaml
                """.formatted(two));
        Said said = run(Map.of(), "bash", "-c", ". lab/settings.sh; top=" + bin + "; pinned");
        assertThat(said.text().lines())
                .containsExactly(
                        "docker.io/library/traefik:v3 docker.io/library/traefik@" + one,
                        "public.ecr.aws/docker/library/redis:8-alpine public.ecr.aws/docker/library/redis@" + two);
    }

    @Test
    void itBuildsWhatTheProjectNamesByDigest() throws Exception {
        String images = Files.readString(ROOT.resolve("lab/images"));
        Said said = run(Map.of(), "bash", "-c", ". lab/settings.sh; pinned");
        assertThat(said.text().lines().map(line -> line.substring(0, line.indexOf(':') + 1)))
                .allSatisfy(name -> assertThat(images).contains(name));
    }

    /** Every pod reaches it without a log-in; that it refuses a push is tried at each start of the lab. */
    @Test
    void theNodesRegistryIsReadOnly() throws Exception {
        Map<String, Object> registry = new Yaml().load(Files.readString(ROOT.resolve("lab/node/registry.yaml")));
        assertThat(registry)
                .extractingByKey("storage", InstanceOfAssertFactories.MAP)
                .containsEntry("maintenance", Map.of("readonly", Map.of("enabled", true)));
        assertThat(Files.readString(ROOT.resolve("lab/node/boot")))
                .containsPattern("registry serve \"\\$lab/node/registry.yaml\"")
                .doesNotContain("REGISTRY_STORAGE_MAINTENANCE");
        assertThat(Files.readString(ROOT.resolve("lab/lab"))).contains("      refuses_pushes\n");
    }

    /** Elsewhere they would take systemctl away, overwrite the hosts file, and change the root of the file system. */
    @ParameterizedTest
    @CsvSource({"boot, rm", "root, mkdir"})
    void whatMakesTheNodeRunsNowhereElse(String script, String next) throws Exception {
        // boot and root look for programs here first, so that what would come next does no harm.
        Files.createDirectories(bin.resolve("bin"));
        standIn("bin/" + next, "echo it went on; exit 9");
        Said said = run(
                Map.of(
                        "LAB_HOME",
                        bin.toString(),
                        "PATH",
                        bin.resolve("bin") + File.pathSeparator + System.getenv("PATH")),
                "lab/node/" + script);
        assertThat(said.text()).contains("runs nowhere else").doesNotContain("it went on");
        assertThat(said.code()).isOne();
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

    private void manifest(String path, String text) throws IOException {
        Path file = bin.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text + "\n");
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
