import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Lays out what goes into the image, a folder for each layer: the Java runtime with the modules that are needed and no others,
 * the libraries, an archive of the libraries' classes that the JVM maps instead of loading them one by one, and the application.
 * The same source, JDK and base give the same bytes, wherever the folder is. Where a runtime for the image cannot be made on this
 * machine, that is said, and the image is built upon one that has Java.
 */
final class Stage {

    /** How the service runs, each for its reason. */
    private static final List<String> FLAGS = List.of(
            // The smallest collector: the heap is small, and one processor is what a pod has.
            "-XX:+UseSerialGC",
            // Half of the pod's memory for the heap; the rest is for code, classes, threads and Netty's buffers.
            "-XX:MaxRAMPercentage=50",
            "-XX:+ExitOnOutOfMemoryError",
            // The optimizing compiler four times later than by default: at start it takes the processor from the
            // service.
            "-XX:Tier4InvocationThreshold=20000",
            "-XX:Tier4MinInvocationThreshold=2400",
            "-XX:Tier4CompileThreshold=60000",
            "-XX:Tier4BackEdgeThreshold=160000",
            // No files for tools in a read-only file system; warnings not among the service's log lines.
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Xlog:all=warning:stderr");

    /** A damaged archive is noticed and left out, instead of crashing the JVM; this costs no time that can be measured. */
    private static final List<String> ARCHIVE_FLAGS =
            List.of("-XX:SharedArchiveFile=/opt/hello/hello.jsa", "-XX:+VerifySharedSpaces");

    private final Path jar;
    private final Path classList;
    private final Layout layout;
    private final String architecture;

    private Stage(Path jar, Path source, Path out) {
        this.jar = jar;
        this.classList = source.resolve("classes.txt");
        this.layout = new Layout(out);
        String asked = System.getProperty("image.architecture", "");
        this.architecture = asked.isEmpty() ? JavaRuntime.processor() : asked;
    }

    /**
     * Lays out the image.
     *
     * @param args the application's jar, its runtime class path, the folder to fill
     * @throws Exception when something is wrong with the build; its message is for the person who builds
     */
    public static void main(String[] args) throws Exception {
        Path source = Path.of(System.getProperty("jdk.launcher.sourcefile", "src/image/Stage.java"))
                .getParent();
        try {
            new Stage(Path.of(args[0]), source == null ? Path.of(".") : source, Path.of(args[2])).run(args[1]);
        } catch (Refused e) {
            System.err.println("image: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(String classPath) throws Exception {
        copyLibraries(classPath);
        packApplication();
        String linkedBase = System.getProperty("image.base");
        String javaBase = System.getProperty("image.java.base");
        String obstacle = new JavaRuntime(layout, architecture, linkedBase).link();
        ClassArchive classes = new ClassArchive(layout, classList);
        Trial trial = new Trial(layout);
        if (obstacle == null) {
            if (Boolean.getBoolean("image.classes")) {
                Disk.delete(layout.archive());
                writeArguments(false);
                classes.renewList(trial);
            }
            boolean archived = classes.make(FLAGS);
            writeArguments(archived);
            trial.check(archived);
            System.out.println("image: its Java runtime is linked by " + JavaRuntime.jdk());
        } else {
            Disk.delete(layout.runtime());
            Disk.delete(layout.archive());
            Disk.delete(layout.out().resolve("keys"));
            writeArguments(false);
            System.out.println(
                    "image: " + obstacle + ": so it is built upon " + javaBase + ", larger and slower to start");
        }
        Files.createDirectories(layout.runtime());
        Files.createDirectories(layout.archive());
        String base = obstacle == null ? linkedBase : javaBase;
        // For who must not take the larger image without a word, as a release: which kind, and its base.
        Files.writeString(
                layout.out().resolveSibling("image.base"), (obstacle == null ? "linked " : "java ") + base + "\n");
        Contents.write(layout, base, obstacle == null);
        Properties commit =
                new Properties(); // as it is in the jar, so that the image's labels cannot say something else
        try (ZipFile packed = new ZipFile(jar.toFile());
                InputStream file = packed.getInputStream(packed.getEntry("git.properties"))) {
            commit.load(file);
        }
        Files.writeString(layout.out().resolve("jib.properties"), """
                staged.architecture=%s
                staged.base=%s
                staged.java=%s
                staged.commit=%s
                staged.time=%s
                """.formatted(
                        architecture,
                        base,
                        obstacle == null ? "/opt/java/bin/java" : "/opt/java/openjdk/bin/java",
                        commit.getProperty("git.commit.id"),
                        commit.getProperty("git.commit.time")));
    }

    /** Copies the libraries into one folder. */
    private void copyLibraries(String classPath) throws IOException, Refused {
        Files.createDirectories(layout.libraries());
        List<String> wanted = new ArrayList<>();
        for (String entry : classPath.split(java.io.File.pathSeparator)) {
            Path library = Path.of(entry);
            if (entry.endsWith(".jar") && !library.equals(jar)) {
                String name = library.getFileName().toString();
                if (wanted.contains(name)) {
                    throw new Refused("two libraries have the same file name, " + name);
                }
                wanted.add(name);
                Path there = layout.libraries().resolve(name);
                if (!Files.exists(there)
                        || Files.size(there) != Files.size(library)
                        || Files.mismatch(there, library) >= 0) {
                    Disk.copy(library, layout.libraries());
                }
                Files.setLastModifiedTime(there, Layout.TIME);
            }
        }
        for (Path file : layout.jars()) {
            if (!wanted.contains(file.getFileName().toString())) {
                Files.delete(file);
            }
        }
    }

    /**
     * Packs the application's jar anew: without times and file modes, which depend on the machine's settings, and without compression,
     * as the layer is compressed anyway, and better in one piece.
     */
    private void packApplication() throws IOException {
        Files.createDirectories(layout.application());
        try (ZipFile from = new ZipFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(
                        Files.newOutputStream(layout.application().resolve("hello.jar")))) {
            List<? extends ZipEntry> entries = from.stream()
                    .filter(e -> !e.getName().startsWith("META-INF/maven/"))
                    .sorted(Comparator.comparing((ZipEntry e) -> !e.getName().equals("META-INF/MANIFEST.MF"))
                            .thenComparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : entries) {
                byte[] content = from.getInputStream(entry).readAllBytes();
                CRC32 sum = new CRC32();
                sum.update(content);
                ZipEntry stored = new ZipEntry(entry.getName());
                stored.setMethod(ZipEntry.STORED);
                stored.setSize(content.length);
                stored.setCrc(sum.getValue());
                stored.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                to.putNextEntry(stored);
                to.write(content);
            }
        }
    }

    /** Writes the JVM's arguments: the class path names every library, as the archive is only taken for the very same list. */
    private void writeArguments(boolean archived) throws IOException {
        List<String> lines = new ArrayList<>(FLAGS);
        if (archived) {
            lines.addAll(ARCHIVE_FLAGS);
        }
        lines.add("-cp");
        lines.add(String.join(
                ":",
                Stream.concat(
                                layout.jars().stream(),
                                Stream.of(layout.application().resolve("hello.jar")))
                        .map(l -> "/opt/hello/" + l.getFileName())
                        .toList()));
        Files.writeString(layout.application().resolve("java.args"), String.join("\n", lines) + "\n");
    }
}
