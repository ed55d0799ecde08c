import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An archive of the libraries' classes, which the JVM maps instead of loading them one by one, and the list of them that is committed. */
final class ClassArchive {

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

    ClassArchive(Layout layout, Path classList) {
        this.layout = layout;
        this.classList = classList;
    }

    /**
     * Makes the archive of the libraries' classes, unless it is there already. It is made with a relative class path, so that it does
     * not know where the build is, of libraries that have the time that they will have in the image, and with no compiler: its threads
     * would leave names in the archive, other ones each time (JDK-8305753).
     *
     * @return whether there is one
     */
    boolean make(List<String> flags) throws Exception {
        StringBuilder inputs = new StringBuilder(Files.readString(layout.key("runtime")))
                .append(DUMP)
                .append(flags)
                .append(Disk.hash(Files.readString(classList)));
        for (Path library : layout.jars()) {
            inputs.append(library.getFileName()).append(Disk.hash(Files.readAllBytes(library)));
        }
        String key = Disk.hash(inputs.toString());
        if (layout.same("archive", key)) {
            return true;
        }
        Disk.delete(layout.archive());
        Files.createDirectories(layout.archive());
        List<String> command =
                new ArrayList<>(List.of(layout.runtime().resolve("bin/java").toString()));
        command.addAll(DUMP);
        command.addAll(List.of(
                "-XX:SharedClassListFile=" + classList.toAbsolutePath(),
                "-XX:SharedArchiveFile=" + layout.archive().resolve("hello.jsa"),
                "-cp",
                String.join(
                        ":",
                        layout.jars().stream()
                                .map(l -> "libraries/" + l.getFileName())
                                .toList())));
        Path folder = copyOfLibraries();
        Disk.Output dumped;
        try {
            dumped = Disk.execute(folder, command);
        } finally {
            Disk.delete(folder);
        }
        if (dumped.code() != 0) {
            Disk.delete(layout.archive());
            System.out.println("image: no archive of classes could be made, so it starts slower: "
                    + dumped.text().strip().lines().findFirst().orElse("no word why"));
            return false;
        }
        layout.done("archive", key);
        return true;
    }

    /**
     * Copies the libraries to where the file system numbers them one after the other, which one in memory does. The JVM has its open
     * jars in a HashMap by these numbers (ZipFile.Source.Key): where many fall into one bin, as on a disk from which much was just
     * deleted, the map makes a tree of it, and the archive shows that.
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
        Path folder = Files.createTempDirectory(parent, "hello-libraries");
        try {
            for (Path library : layout.jars()) {
                Disk.copy(library, folder.resolve("libraries"));
            }
            return folder;
        } catch (IOException e) {
            Disk.delete(folder);
            throw e;
        }
    }

    /** Runs the service with a record of the classes that it loads, and keeps those that are not the application's. */
    void renewList(Trial trial) throws Exception {
        Path recorded = layout.out().resolve("classes.recorded");
        trial.serve(List.of("-Xshare:off", "-XX:DumpLoadedClassList=" + recorded));
        List<String> classes = Files.readAllLines(recorded).stream()
                .filter(l ->
                        !l.startsWith("#") && !l.startsWith("@cp") && !l.contains(" source: ") && !l.contains("hello/"))
                .map(l -> l.replaceFirst(" id: \\d+.*", "").strip())
                .distinct()
                .sorted()
                .toList();
        Files.writeString(classList, String.join("\n", classes) + "\n");
        System.out.println("image: " + classes.size() + " lines in " + classList);
    }
}
