package hello.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Both ways to the image build, with no registry: jib by itself, and the fast image's layers. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ImageBuildTest {

    @TempDir
    static Path temporary;

    private static Checkout checkout;

    @BeforeAll
    static void copy() throws Exception {
        checkout = Checkout.copy(temporary.resolve("a checkout"));
    }

    @Test
    void plainImage() throws Exception {
        String output = checkout.maven("-am", "package", "jib:buildTar", "-Djib.to.image=hello:test")
                .with("JAVA_BASE_IMAGE", "scratch")
                .run()
                .orFail()
                .output();
        OciImage image = OciImage.unpack(checkout.folder(), temporary.resolve("plain"), output);
        assertThat(image.entrypoint())
                .startsWith("java")
                .contains("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=50")
                .endsWith("-cp", "@/app/jib-classpath-file", "hello.Application");
        assertThat(image.labels().get("org.opencontainers.image.revision").getAsString())
                .isEqualTo(checkout.run("git", "rev-parse", "HEAD").orFail().line());
        List<String> files = image.layers().keySet().stream()
                .flatMap(l -> image.files(l).stream())
                .toList();
        assertThat(files)
                .contains("app/classes/hello/Application.class", "app/resources/application.properties")
                .anyMatch(file -> file.matches("app/libs/micronaut-http-server-netty-.*\\.jar"))
                .noneMatch(file -> file.contains("opt/"));
    }

    @Test
    @Order(1)
    void fastImage() {
        String output = checkout.maven("-Pimage", "package").run().orFail().output();
        assertThat(checkout.read("service/target/image.base"))
                .matches("(linked gcr\\.io/distroless/base|java docker\\.io/library/eclipse-temurin).*\n");
        if (checkout.read("service/target/image.base").startsWith("linked ")) {
            assertThat(output).contains("classes come from the archive", "its Java runtime is linked by");
            assertThat(checkout.folder().resolve("service/target/image/archive/libraries.jsa"))
                    .isNotEmptyFile();
        }
        assertThat(checkout.folder().resolve("service/target/image/libraries/sbom.json"))
                .isNotEmptyFile();
    }

    /** A Mac's JDK has no modules for Linux; here it is told that it is one. */
    @Test
    @Order(3)
    void macHasAJavaBaseImage() {
        String output = checkout.maven("-Pimage", "package")
                .with("JAVA_TOOL_OPTIONS", "-Dos.name='Mac OS X'")
                .run()
                .orFail()
                .output();
        Symptom.of("image: on Mac OS X no runtime for Linux can be linked: so it is built upon …")
                .isIn(output);
        assertThat(checkout.read("service/target/image.base")).startsWith("java ");
    }

    /**
     * A change of code alone is not tried before it is pushed, but for this: the linked runtime may have no such class.
     */
    @Test
    @Order(2)
    void aModuleThatTheCodeHasNotUsedBeforeIsTried() throws Exception {
        assumeTrue(checkout.read("service/target/image.base").startsWith("linked "), "no linked runtime here");
        checkout.replace(
                "service/src/main/java/hello/Application.java",
                "public static void main(String[] args) {",
                "public static void main(String[] args) {\n        java.net.http.HttpClient.newHttpClient();");
        CommandResult built = checkout.maven("-Pimage", "package").run();
        assertThat(built.exitCode()).as(built.output()).isPositive();
        assertThat(built.output()).contains("is in the JDK's module java.net.http: add \"java.net.http\" to MODULES");
    }
}
