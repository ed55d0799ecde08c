package hello.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import hello.support.Command;
import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image, made three times: of a commit in a clean folder; of the next commit, which changes one line, elsewhere (in
 * memory where that is a file system, by another user's name, umask, home, time zone, locale and path of the JDK); and
 * there, without cleaning, of the first commit again. Needs the base image, so it is not among the offline tests.
 */
@Tag("e2e")
@Tag("image")
@Order(110)
class ImageIT {

    private static final Pattern CLASSES = Pattern.compile("image: (\\d+) of (\\d+) classes come from the archive");

    @TempDir
    static Path temporary;

    private static Path elsewhere;
    private static Checkout clean;
    private static OciImage first;
    private static OciImage changed;
    private static OciImage again;

    @BeforeAll
    static void build() throws Exception {
        elsewhere = anotherFileSystem();
        clean = Checkout.clone(temporary.resolve("clean"), "022", Map.of("LC_ALL", "POSIX", "TZ", "UTC"), List.of());
        Path place = elsewhere.resolve("another place/used");
        Checkout used = Checkout.clone(place, "077", surroundings(), anotherUser());
        first = image(clean, "first");
        used.replace("service/src/main/java/hello/GreetingFactory.java", "\"Hello\"", "\"Good morning\"");
        used.commit("one line");
        String libraries = "service/target/image/libraries";
        crowd(clean.folder().resolve(libraries), used.folder().resolve(libraries));
        changed = image(used, "changed");
        used.run("git", "reset", "-q", "--hard", "HEAD~1").orFail();
        again = image(used, "again");
    }

    /** A file system in memory, where there is one with a gigabyte to spare. */
    private static Path anotherFileSystem() throws IOException {
        Path memory = Path.of("/dev/shm");
        boolean roomy = Files.isWritable(memory) && Files.getFileStore(memory).getUsableSpace() > 1 << 30;
        return roomy ? Files.createTempDirectory(memory, "image") : Files.createDirectory(temporary.resolve("other"));
    }

    /** Another user and group, who may do the same: where the kernel lets anybody be called by other numbers. */
    private static List<String> anotherUser() {
        List<String> user = List.of("unshare", "--user", "--map-user=1234", "--map-group=1234");
        String[] trial = Stream.concat(user.stream(), Stream.of("id", "-u")).toArray(String[]::new);
        boolean possible =
                Command.bash("\"$@\" || true", trial).run().output().strip().equals("1234");
        System.out.println("image: in a used one by " + (possible ? "another user" : "the same user"));
        return possible ? user : List.of();
    }

    private static Map<String, String> surroundings() throws IOException {
        Path jdk = Files.createSymbolicLink(elsewhere.resolve("jdk"), Path.of(System.getProperty("java.home")));
        Path home = Files.createDirectory(elsewhere.resolve("home"));
        return Map.of(
                "LC_ALL",
                "C.UTF-8",
                "TZ",
                "Pacific/Chatham",
                "HOME",
                home.toString(),
                "USER",
                "olga",
                "MAVEN_OPTS",
                System.getenv().getOrDefault("MAVEN_OPTS", "") + " -Duser.name=olga",
                "JAVA_HOME",
                jdk.toString());
    }

    @AfterAll
    static void remove() {
        Command.of("rm", "-r", elsewhere.toString()).run().orFail();
    }

    private static OciImage image(Checkout checkout, String name) throws IOException {
        String output =
                checkout.run("service/image", "--tar", "hello:test").orFail().output();
        return OciImage.unpack(checkout.folder(), temporary.resolve(name), output);
    }

    /**
     * Copies files so that the numbers which the file system gives them are the same modulo 64, as many may be on a
     * disk from which much was just deleted: a HashMap by these numbers, as the JVM has one of its open jars, then
     * makes a tree of them.
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
        Command.of("rm", "-r", others.toString()).run().orFail();
    }

    @Test
    void sameSourceSameDigest() {
        System.out.println("image: " + first.digest() + " in a clean folder, " + again.digest() + " in a used one");
        assertThat(again.digest()).isEqualTo(first.digest());
    }

    @Test
    void whatWasTriedIsNotTriedAgain() {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        assertThat(changed.output()).containsPattern(CLASSES);
        assertThat(again.output()).doesNotContainPattern(CLASSES);
    }

    @Test
    void oneLineChangesLittle() throws Exception {
        assertThat(changed.digest()).isNotEqualTo(first.digest());
        Map<String, Long> layers = changed.layers();
        layers.keySet().removeAll(first.layers().keySet());
        long size = layers.values().stream().mapToLong(Long::longValue).sum();
        System.out.println("image: a change of one line makes " + size + " bytes of new layers");
        assertThat(size).isPositive().isLessThanOrEqualTo(100_000);
    }

    @Test
    void imageIsSmall() throws Exception {
        first.layers().forEach((digest, size) -> System.out.printf("image: %,12d bytes %s%n", size, digest));
        assertThat(first.layers().values().stream().mapToLong(Long::longValue).sum())
                .isLessThanOrEqualTo(60_000_000);
    }

    @Test
    void layersAreOrderedByHowOftenTheyChange() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        List<String> marks = List.of(
                "opt/java/bin/java",
                "opt/service/logback-core",
                "opt/service/libraries.jsa",
                "opt/service/service.jar");
        List<String> layers = new ArrayList<>(first.layers().keySet());
        for (int i = 0; i < marks.size(); i++) {
            String mark = marks.get(marks.size() - 1 - i);
            assertThat(first.files(layers.get(layers.size() - 1 - i)))
                    .as("layer %d from the end", i)
                    .anyMatch(f -> f.startsWith(mark));
        }
    }

    @Test
    void archiveIsUsed() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        Matcher classes = CLASSES.matcher(first.output());
        assertThat(classes.find()).as(first.output()).isTrue();
        System.out.println(classes.group());
        assertThat(Double.parseDouble(classes.group(1)) / Double.parseDouble(classes.group(2)))
                .isGreaterThan(0.9);
    }

    @Test
    void noShellAndNoRoot() throws Exception {
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
        JsonObject labels = first.labels();
        String seconds = clean.run("git", "log", "-1", "--format=%ct").orFail().line();
        String time = Instant.ofEpochSecond(Long.parseLong(seconds)).toString();
        assertThat(labels.get("org.opencontainers.image.revision").getAsString())
                .isEqualTo(clean.run("git", "rev-parse", "HEAD").orFail().line());
        assertThat(labels.get("org.opencontainers.image.created").getAsString()).isEqualTo(time);
        assertThat(first.configuration().get("created").getAsString()).isEqualTo(time);
        assertThat(labels.get("org.opencontainers.image.licenses").getAsString())
                .isNotBlank();
        assertThat(labels.get("org.opencontainers.image.source").getAsString()).isNotBlank();
    }

    @Test
    void sbomListsEveryLibrary() throws Exception {
        String contents = clean.read("service/target/sbom.json");
        List<String> libraries = new ArrayList<>();
        for (JsonElement component :
                JsonParser.parseString(contents).getAsJsonObject().getAsJsonArray("components")) {
            JsonObject c = component.getAsJsonObject();
            if (c.get("type").getAsString().equals("library")) {
                libraries.add("opt/service/%s-%s.jar"
                        .formatted(c.get("name").getAsString(), c.get("version").getAsString()));
            }
        }
        List<String> inside = new ArrayList<>();
        for (String layer : first.layers().keySet()) {
            inside.addAll(first.files(layer).stream()
                    .filter(f ->
                            f.endsWith(".jar") && f.startsWith("opt/service/") && !f.equals("opt/service/service.jar"))
                    .toList());
        }
        assertThat(libraries).containsExactlyInAnyOrderElementsOf(inside);
    }

    @Test
    @Order(Integer.MAX_VALUE - 1) // it changes the clean folder
    void forTheOtherArchitectureItFallsBack() {
        String other = System.getProperty("os.arch").equals("aarch64") ? "amd64" : "arm64";
        String output = clean.maven("-Pimage", "-Dimage.architecture=" + other, "-Dimage.java.base=a/base:1", "package")
                .run()
                .orFail()
                .output();
        assertThat(output).contains("no runtime for " + other + " can be linked: so it is built upon a/base:1");
        assertThat(clean.read("service/target/image/jib.properties"))
                .contains(
                        "layers.architecture=" + other,
                        "layers.base=a/base:1",
                        "layers.java=/opt/java/openjdk/bin/java");
        assertThat(clean.read("service/target/image.base")).isEqualTo("java a/base:1\n");
        assertThat(clean.folder().resolve("service/target/image/archive")).isEmptyDirectory();
    }

    @Test
    @Order(Integer.MAX_VALUE) // it changes the clean folder
    void missingModuleOfTheJdkIsNamed() throws Exception {
        assumeTrue(linked(), "this machine makes no runtime for the image");
        for (String module : List.of("java.sql", "jdk.jfr")) {
            clean.replace("service/packaging/JavaRuntime.java", "            \"" + module + "\",", "");
            CommandResult built = clean.maven("-Pimage", "package").run();
            assertThat(built.exitCode()).isPositive();
            assertThat(built.output())
                    .contains("is in the JDK's module " + module + ": add \"" + module
                            + "\" to MODULES in service/packaging/JavaRuntime.java");
            clean.run("git", "checkout", "-q", "service/packaging/JavaRuntime.java")
                    .orFail();
        }
    }

    private static boolean linked() {
        return first.entrypoint().getFirst().equals("/opt/java/bin/java");
    }
}
