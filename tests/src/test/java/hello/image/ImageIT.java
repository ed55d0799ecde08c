package hello.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, made three times: of a commit in a clean folder; of the next commit, which changes one line, in another folder; and
 * there, without cleaning, of the first commit again. Needs the base image, so it is not among the offline tests.
 */
@Tag("e2e")
@Tag("image")
@Order(110)
class ImageIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern CLASSES = Pattern.compile("image: (\\d+) of (\\d+) classes come from the archive");

    @TempDir
    static Path temporary;

    private static Path clean;
    private static Image first;
    private static Image changed;
    private static Image again;

    /**
     * An image in a folder, as an OCI layout.
     *
     * @param folder the layout
     * @param digest the image's digest
     * @param said   what the build said
     */
    private record Image(Path folder, String digest, String said) {

        JsonObject blob(String digest) throws IOException {
            return JsonParser.parseString(Files.readString(path(digest))).getAsJsonObject();
        }

        Path path(String digest) {
            return folder.resolve("blobs/sha256").resolve(digest.substring("sha256:".length()));
        }

        JsonObject configuration() throws IOException {
            return blob(blob(digest).getAsJsonObject("config").get("digest").getAsString());
        }

        Map<String, Long> layers() throws IOException {
            Map<String, Long> layers = new LinkedHashMap<>();
            for (JsonElement layer : blob(digest).getAsJsonArray("layers")) {
                layers.put(
                        layer.getAsJsonObject().get("digest").getAsString(),
                        layer.getAsJsonObject().get("size").getAsLong());
            }
            return layers;
        }

        List<String> files(String layer) throws Exception {
            return run(folder, "tar", "-tzf", path(layer).toString())
                    .lines()
                    .filter(l -> !l.startsWith("tar: "))
                    .toList();
        }
    }

    @BeforeAll
    static void build() throws Exception {
        clean = temporary.resolve("clean");
        Path used = temporary.resolve("another/place/used");
        run(temporary, "git", "clone", "-q", ROOT.toString(), clean.toString());
        run(temporary, "git", "clone", "-q", ROOT.toString(), used.toString());
        first = image(clean, "first");
        Path source = used.resolve("service/src/main/java/hello/GreetingFactory.java");
        Files.writeString(source, Files.readString(source).replace("\"Hello\"", "\"Good morning\""));
        run(used, "git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qam", "one line");
        crowd(clean.resolve("service/target/image/libraries"), used.resolve("service/target/image/libraries"));
        changed = image(used, "changed");
        run(used, "git", "reset", "-q", "--hard", "HEAD~1");
        again = image(used, "again");
    }

    /**
     * Copies files so that the numbers which the file system gives them are the same modulo 64, as many may be on a disk from which
     * much was just deleted: a HashMap by these numbers, as the JVM has one of its open jars, then makes a tree of them.
     */
    private static void crowd(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        Path others = Files.createDirectory(to.resolve("others"));
        long bin = -1;
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                for (int i = 0; i < 10_000; i++) {
                    Path copy = Files.createFile(others.resolve(file.getFileName() + "." + i));
                    long number = (Long) Files.getAttribute(copy, "unix:ino") % 64;
                    bin = bin < 0 ? number : bin;
                    if (number == bin) {
                        Files.write(copy, Files.readAllBytes(file));
                        Files.move(copy, to.resolve(file.getFileName()));
                        break;
                    }
                }
            }
        }
        run(to, "rm", "-r", "others");
    }

    @Test
    void sameSourceSameDigest() {
        System.out.println("image: " + first.digest + " in a clean folder, " + again.digest + " in a used one");
        assertThat(again.digest).isEqualTo(first.digest);
    }

    @Test
    void oneLineChangesLittle() throws Exception {
        assertThat(changed.digest).isNotEqualTo(first.digest);
        Map<String, Long> layers = changed.layers();
        layers.keySet().removeAll(first.layers().keySet());
        long size = layers.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("image: a change of one line makes " + size + " bytes of new layers");
        assertThat(size).isPositive().isLessThanOrEqualTo(100_000);
    }

    @Test
    void small() throws Exception {
        first.layers().forEach((digest, size) -> System.out.printf("image: %,12d bytes %s%n", size, digest));
        assertThat(first.layers().values().stream().mapToLong(Long::longValue).sum())
                .isLessThanOrEqualTo(60_000_000);
    }

    @Test
    void layersFromSeldomToOftenChanged() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        List<String> marks =
                List.of("opt/java/bin/java", "opt/hello/logback-core", "opt/hello/hello.jsa", "opt/hello/hello.jar");
        List<String> layers = new ArrayList<>(first.layers().keySet());
        for (int i = 0; i < marks.size(); i++) {
            String mark = marks.get(marks.size() - 1 - i);
            assertThat(first.files(layers.get(layers.size() - 1 - i)))
                    .as("layer %d from the end", i)
                    .anyMatch(f -> f.startsWith(mark));
        }
    }

    @Test
    void theArchiveIsUsed() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        Matcher classes = CLASSES.matcher(first.said);
        assertThat(classes.find()).as(first.said).isTrue();
        System.out.println(classes.group());
        assertThat(Double.parseDouble(classes.group(1)) / Double.parseDouble(classes.group(2)))
                .isGreaterThan(0.9);
    }

    @Test
    void nothingToAttack() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        assertThat(first.configuration().getAsJsonObject("config").get("User").getAsString())
                .isEqualTo("65532:65532");
        for (String layer : first.layers().keySet()) {
            assertThat(first.files(layer))
                    .noneMatch(f -> f.matches(
                            ".*/(sh|bash|dash|ash|zsh|busybox|apt|apt-get|dpkg|apk|rpm|curl|wget|perl|python3?)"));
        }
    }

    @Test
    void labelsSayWhereItIsFrom() throws Exception {
        JsonObject labels = first.configuration().getAsJsonObject("config").getAsJsonObject("Labels");
        String time = Instant.ofEpochSecond(Long.parseLong(
                        run(clean, "git", "log", "-1", "--format=%ct").strip()))
                .toString();
        assertThat(labels.get("org.opencontainers.image.revision").getAsString())
                .isEqualTo(run(clean, "git", "rev-parse", "HEAD").strip());
        assertThat(labels.get("org.opencontainers.image.created").getAsString()).isEqualTo(time);
        assertThat(first.configuration().get("created").getAsString()).isEqualTo(time);
        assertThat(labels.get("org.opencontainers.image.licenses").getAsString())
                .isNotBlank();
        assertThat(labels.get("org.opencontainers.image.source").getAsString()).isNotBlank();
    }

    @Test
    void theContentsAreListed() throws Exception {
        String contents = Files.readString(clean.resolve("service/target/sbom.json"));
        List<String> libraries = new ArrayList<>();
        for (JsonElement component :
                JsonParser.parseString(contents).getAsJsonObject().getAsJsonArray("components")) {
            JsonObject c = component.getAsJsonObject();
            if (c.get("type").getAsString().equals("library")) {
                libraries.add("opt/hello/%s-%s.jar"
                        .formatted(c.get("name").getAsString(), c.get("version").getAsString()));
            }
        }
        List<String> inside = new ArrayList<>();
        for (String layer : first.layers().keySet()) {
            inside.addAll(first.files(layer).stream()
                    .filter(f -> f.endsWith(".jar") && f.startsWith("opt/hello/") && !f.equals("opt/hello/hello.jar"))
                    .toList());
        }
        assertThat(libraries).containsExactlyInAnyOrderElementsOf(inside);
    }

    @Test
    @Order(Integer.MAX_VALUE) // it changes the clean folder
    void forTheOtherProcessorItFallsBack() throws Exception {
        String other = System.getProperty("os.arch").equals("aarch64") ? "amd64" : "arm64";
        String said = run(
                clean,
                "bash",
                "-c",
                "JAVA_HOME=$(service/jdk) mvn -B -ntp -pl service -Pimage -DskipTests -Dimage.architecture=" + other
                        + " package");
        String base = run(clean, "sed", "-n", "s|.*<image.java.base>\\(.*@sha256:.*\\)</.*|\\1|p", "service/pom.xml")
                .strip();
        assertThat(said).contains("no runtime for " + other + " can be linked: so it is built upon " + base);
        assertThat(Files.readString(clean.resolve("service/target/image/jib.properties")))
                .contains(
                        "staged.architecture=" + other,
                        "staged.base=" + base,
                        "staged.java=/opt/java/openjdk/bin/java");
        assertThat(clean.resolve("service/target/image.base")).hasContent("java " + base + "\n");
        assertThat(clean.resolve("service/target/image/archive")).isEmptyDirectory();
    }

    private static boolean linked() throws IOException {
        return first.configuration()
                .getAsJsonObject("config")
                .getAsJsonArray("Entrypoint")
                .get(0)
                .getAsString()
                .equals("/opt/java/bin/java");
    }

    private static Image image(Path clone, String name) throws Exception {
        String said = run(clone, "service/image", "--tar", "hello:test");
        Path layout = Files.createDirectory(temporary.resolve(name));
        run(layout, "tar", "-xf", clone.resolve("service/target/jib-image.tar").toString());
        return new Image(layout, Files.readString(clone.resolve("service/target/jib-image.digest")), said);
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("LC_ALL", folder.equals(clean) ? "POSIX" : "C.UTF-8"); // the image must not show it
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as("%s said:%n%s", String.join(" ", command), output)
                .isZero();
        return output;
    }
}
