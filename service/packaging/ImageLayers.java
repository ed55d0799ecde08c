import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Lays out the image's layers, a folder for each: the Java runtime, the libraries, the archive of their classes, the
 * application. The same source, JDK and base give the same bytes, wherever the folder is. Where a runtime for the image
 * cannot be linked on this machine, that is said, and the image is built upon one that has Java.
 *
 * <p>Maven runs it (profile "image" in service/pom.xml) with these system properties:
 *
 * <ul>
 *   <li>{@code image.architecture}: amd64 or arm64; empty for this machine's
 *   <li>{@code image.base}, {@code image.java.base}: the base of a linked runtime, and the one that has Java
 *   <li>{@code image.jvm.flags}: the JVM's flags, separated by commas
 *   <li>{@code image.classes}: true to renew the list of classes
 * </ul>
 *
 * <p>With {@code IMAGE_RUNTIME=base} in the environment no runtime is linked, as on a Mac.
 */
final class ImageLayers {

    /** What makes it start faster; the other flags are those of the plain image, in service/pom.xml. */
    private static final List<String> START_FLAGS = List.of(
            // The optimizing compiler four times later than by default: at start it takes the CPU from the service.
            "-XX:Tier4InvocationThreshold=20000",
            "-XX:Tier4MinInvocationThreshold=2400",
            "-XX:Tier4CompileThreshold=60000",
            "-XX:Tier4BackEdgeThreshold=160000",
            // Warnings not among the service's log lines.
            "-Xlog:disable",
            "-Xlog:all=warning:stderr");

    /**
     * A damaged archive is noticed and left out, instead of crashing the JVM; this costs no time that can be measured.
     */
    private static final List<String> ARCHIVE_FLAGS =
            List.of("-XX:SharedArchiveFile=/opt/service/libraries.jsa", "-XX:+VerifySharedSpaces");

    private final Path jar;
    private final Path classList;
    private final Layout layout;
    private final String architecture;
    private final List<String> flags = new ArrayList<>();

    private ImageLayers(Path jar, Path classList, Path out) {
        this.jar = jar;
        this.classList = classList;
        this.layout = new Layout(out);
        String asked = System.getProperty("image.architecture", "");
        this.architecture = asked.isEmpty() ? JavaRuntime.machine() : asked;
        flags.addAll(List.of(System.getProperty("image.jvm.flags").split(",")));
        flags.addAll(START_FLAGS);
    }

    /**
     * Lays out the image.
     *
     * @param args the application's jar, its runtime class path, the file with the list of classes, the folder to fill
     * @throws Exception when something is wrong with the build
     */
    public static void main(String[] args) throws Exception {
        try {
            new ImageLayers(Path.of(args[0]), Path.of(args[2]), Path.of(args[3])).run(args[1]);
        } catch (BuildException e) {
            System.err.println("image: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(String classPath) throws Exception {
        copyLibraries(classPath);
        new ApplicationJar(jar).pack(layout.application().resolve("service.jar"));
        String base = System.getProperty("image.base");
        String javaBase = System.getProperty("image.java.base");
        String obstacle = asksForJavaBase()
                ? "IMAGE_RUNTIME=base asks for it"
                : new JavaRuntime(layout, architecture, base).link();
        boolean linked = obstacle == null;
        if (linked) {
            archiveAndTest();
        } else {
            base = javaBase;
            testWithoutRuntime();
            System.out.println("image: " + obstacle + ": so it is built upon " + base + ", larger and slower to start");
        }
        Files.createDirectories(layout.runtime());
        Files.createDirectories(layout.archive());
        new Sbom(layout).write(base, linked);
        // For who must not take the larger image without a word, as a release: which kind it is, and its base.
        Files.writeString(layout.out().resolveSibling("image.base"), (linked ? "linked " : "java ") + base + "\n");
        writeJibProperties(base, linked);
    }

    private static boolean asksForJavaBase() throws BuildException {
        String asked = System.getenv().getOrDefault("IMAGE_RUNTIME", "");
        if (!List.of("", "base").contains(asked)) {
            throw new BuildException("IMAGE_RUNTIME is '" + asked + "', and can only be 'base' or nothing");
        }
        return asked.equals("base");
    }

    private void archiveAndTest() throws Exception {
        ClassArchive archive = new ClassArchive(layout, classList);
        if (Boolean.getBoolean("image.classes")) {
            FileUtils.delete(layout.archive());
            writeArguments(false);
            archive.renewList(new SmokeTest(layout, layout.runtime()));
        }
        boolean archived = archive.make(flags);
        writeArguments(archived);
        test(layout.runtime(), archived);
        System.out.println("image: its Java runtime is linked by %s %s"
                .formatted(System.getProperty("java.vendor"), JavaRuntime.version()));
    }

    /** What is left is the same on every machine; so the JDK that builds can try it. */
    private void testWithoutRuntime() throws Exception {
        FileUtils.delete(layout.runtime());
        FileUtils.delete(layout.archive());
        FileUtils.delete(layout.key("runtime"));
        FileUtils.delete(layout.key("archive"));
        writeArguments(false);
        test(Path.of(System.getProperty("java.home")), false);
    }

    /**
     * Starts the service from its layers, unless it has started from the same ones: a change of the application's code
     * alone is what its own tests are for.
     */
    private void test(Path java, boolean archived) throws Exception {
        String key = FileUtils.sha256(Files.readString(java.resolve("release"))
                + (archived ? Files.readString(layout.key("archive")) : layout.librariesKey())
                + Files.readString(layout.application().resolve("java.args"))
                + new ApplicationJar(jar).modulesOfTheJdk());
        if (!layout.isMadeOf("test", key)) {
            new SmokeTest(layout, java).check(archived);
            layout.done("test", key);
        }
    }

    /** Copies the libraries into one folder, and removes what was there before. */
    private void copyLibraries(String classPath) throws IOException, BuildException {
        Files.createDirectories(layout.libraries());
        List<Path> wanted = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Path library = Path.of(entry);
            if (entry.endsWith(".jar") && !library.equals(jar)) {
                Path copy = layout.libraries().resolve(library.getFileName());
                if (wanted.contains(copy)) {
                    throw new BuildException("two libraries have the same file name, " + library.getFileName());
                }
                wanted.add(copy);
                if (!Files.exists(copy) || Files.mismatch(copy, library) >= 0) {
                    FileUtils.copy(library, layout.libraries());
                }
                Files.setLastModifiedTime(copy, Layout.TIME);
            }
        }
        for (Path file : layout.jars()) {
            if (!wanted.contains(file)) {
                Files.delete(file);
            }
        }
    }

    /**
     * Writes the JVM's arguments: the class path names every library, as the archive is only taken for the very same
     * list.
     */
    private void writeArguments(boolean archived) throws IOException {
        List<String> lines = new ArrayList<>(flags);
        if (archived) {
            lines.addAll(ARCHIVE_FLAGS);
        }
        Path application = layout.application().resolve("service.jar");
        lines.add("-cp");
        lines.add(Stream.concat(layout.jars().stream(), Stream.of(application))
                .map(library -> "/opt/service/" + library.getFileName())
                .collect(Collectors.joining(":")));
        Files.writeString(layout.application().resolve("java.args"), String.join("\n", lines) + "\n");
    }

    /**
     * Writes what jib has to know. The commit is read from the jar, so that the image's labels cannot name another one.
     */
    private void writeJibProperties(String base, boolean linked) throws IOException {
        Properties commit = new Properties();
        try (ZipFile packed = new ZipFile(jar.toFile());
                InputStream file = packed.getInputStream(packed.getEntry("git.properties"))) {
            commit.load(file);
        }
        Files.writeString(layout.out().resolve("jib.properties"), """
                layers.architecture=%s
                layers.base=%s
                layers.java=%s
                layers.commit=%s
                layers.time=%s
                """.formatted(
                        architecture,
                        base,
                        linked ? "/opt/java/bin/java" : "/opt/java/openjdk/bin/java",
                        commit.getProperty("git.commit.id"),
                        commit.getProperty("git.commit.time")));
    }
}
