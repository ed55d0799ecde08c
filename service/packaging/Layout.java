import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/**
 * Where everything is that goes into the image, a folder for each layer, and what the last build made each of.
 *
 * @param out the folder that is filled
 */
record Layout(Path out) {

    /** The time that jib gives to files: the archive notes the libraries' times and is refused when they differ. */
    static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1));

    Path runtime() {
        return out.resolve("runtime");
    }

    Path libraries() {
        return out.resolve("libraries");
    }

    Path archive() {
        return out.resolve("archive");
    }

    Path application() {
        return out.resolve("application");
    }

    /** The libraries, in the order of the class path. */
    List<Path> jars() throws IOException {
        return FileUtils.list(libraries()).stream()
                .filter(f -> f.toString().endsWith(".jar"))
                .toList();
    }

    /**
     * The libraries' names and contents, as a part of what something is made of: by a checksum, since a hash takes ten
     * times as long in a JVM that has just started.
     */
    String librariesKey() throws IOException {
        StringBuilder inputs = new StringBuilder();
        for (Path library : jars()) {
            inputs.append(library.getFileName()).append(FileUtils.checksum(library));
        }
        return inputs.toString();
    }

    /** The file that says what a part was made of, when it was finished. */
    Path key(String part) {
        return out.resolve("keys").resolve(part);
    }

    /** Whether a part is there, finished, and made of the same as now. */
    boolean isMadeOf(String part, String key) throws IOException {
        return Files.exists(key(part)) && Files.readString(key(part)).equals(key);
    }

    /** Notes what a part was made of. */
    void done(String part, String key) throws IOException {
        Files.createDirectories(key(part).getParent());
        Files.writeString(key(part), key);
    }
}
