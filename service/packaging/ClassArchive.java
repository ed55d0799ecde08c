import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An archive of the libraries' classes (class data sharing), which the JVM maps instead of loading them one by one,
 * made from a list that is committed: a list recorded at each build would differ from build to build, and with it the
 * image's digest.
 */
final class ClassArchive {

    /** Without a compiler: its threads would leave names in the archive, other ones each time (JDK-8305753). */
    private static final List<String> DUMP = List.of(
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-XX:-UsePerfData",
            "-Xint",
            "-Xshare:dump",
            "-Xlog:disable",
            "-Xlog:all=error:stderr");

    private final Layout layout;
    private final Path classList;

    /**
     * Describes the archive.
     *
     * @param layout where it and the libraries are
     * @param classList the file with the names of the classes
     */
    ClassArchive(Layout layout, Path classList) {
        this.layout = layout;
        this.classList = classList;
    }

    /**
     * Makes the archive, unless it is there already.
     *
     * @param flags the flags that the service runs with
     * @return whether there is one; without it the service only starts slower
     */
    boolean make(List<String> flags) throws IOException, InterruptedException {
        String key = key(flags);
        if (layout.isMadeOf("archive", key)) {
            return true;
        }
        FileUtils.delete(layout.archive());
        Files.createDirectories(layout.archive());
        Path folder = copyOfLibraries();
        Processes.Result dumped;
        try {
            dumped = Processes.run(folder, command());
        } finally {
            FileUtils.delete(folder);
        }
        if (dumped.exitCode() != 0) {
            FileUtils.delete(layout.archive());
            System.out.println(
                    "image: no archive of classes could be made, so it starts slower: " + dumped.firstLine());
            return false;
        }
        layout.done("archive", key);
        return true;
    }

    /** The command has a relative class path, so that the archive does not show where the build is. */
    private List<String> command() throws IOException {
        List<String> command =
                new ArrayList<>(List.of(layout.runtime().resolve("bin/java").toString()));
        command.addAll(DUMP);
        command.add("-XX:SharedClassListFile=" + classList.toAbsolutePath());
        command.add("-XX:SharedArchiveFile=" + layout.archive().resolve("libraries.jsa"));
        command.add("-cp");
        command.add(layout.jars().stream()
                .map(library -> "libraries/" + library.getFileName())
                .collect(Collectors.joining(":")));
        return command;
    }

    private String key(List<String> flags) throws IOException {
        return FileUtils.sha256(Files.readString(layout.key("runtime"))
                + DUMP
                + flags
                + FileUtils.sha256(classList)
                + layout.librariesKey());
    }

    /**
     * Copies the libraries to where the file system numbers them one after the other, which one in memory does. The JVM
     * has its open jars in a HashMap by these numbers (ZipFile.Source.Key): where many fall into one bin, as on a disk
     * from which much was just deleted, the map makes a tree of it, and the archive shows that.
     */
    private Path copyOfLibraries() throws IOException {
        Path memory = Path.of("/dev/shm");
        if (Files.isWritable(memory)) {
            try {
                return copyOfLibraries(memory);
            } catch (IOException e) {
                // it is too small: on the disk, then
            }
        }
        return copyOfLibraries(layout.out());
    }

    private Path copyOfLibraries(Path parent) throws IOException {
        Path folder = Files.createTempDirectory(parent, "libraries");
        try {
            for (Path library : layout.jars()) {
                FileUtils.copy(library, folder.resolve("libraries"));
            }
            return folder;
        } catch (IOException e) {
            FileUtils.delete(folder);
            throw e;
        }
    }

    /** Runs the service with a record of the classes that it loads, and keeps those that are not the application's. */
    void renewList(SmokeTest smokeTest) throws Exception {
        Path recorded = layout.out().resolve("classes.recorded");
        smokeTest.serve(List.of("-Xshare:off", "-XX:DumpLoadedClassList=" + recorded));
        List<String> classes = Files.readAllLines(recorded).stream()
                .filter(ClassArchive::isLibraryClass)
                .map(line -> line.replaceFirst(" id: \\d+.*", "").strip())
                .distinct()
                .sorted()
                .toList();
        Files.writeString(classList, String.join("\n", classes) + "\n");
        System.out.println("image: " + classes.size() + " lines in " + classList);
    }

    private static boolean isLibraryClass(String line) {
        String ours = System.getProperty("image.main.class").replace('.', '/').replaceFirst("[^/]*$", "");
        return !line.startsWith("#") && !line.startsWith("@cp") && !line.contains(" source: ") && !line.contains(ours);
    }
}
