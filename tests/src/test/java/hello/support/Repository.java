package hello.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of this repository, wherever the tests are started. */
public final class Repository {

    /** The top folder. */
    public static final Path ROOT = root();

    private Repository() {}

    /** The nearest folder, from the working directory upwards, that holds the chart. */
    private static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("gitops/chart/Chart.yaml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("run the tests inside the repository");
    }

    /**
     * Finds a file or folder.
     *
     * @param path its path from the top folder
     * @return its absolute path, whether it exists or not
     */
    public static Path path(String path) {
        return ROOT.resolve(path);
    }

    /**
     * Reads a text file.
     *
     * @param path its path from the top folder
     * @return its text
     */
    public static String read(String path) {
        return read(path(path));
    }

    /**
     * Reads a text file.
     *
     * @param file a UTF-8 file
     * @return its text
     */
    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lists a folder's own entries.
     *
     * @param folder an existing folder
     * @return what is directly in it, sorted by name; never empty, so that a moved folder fails a test instead of
     *     leaving it with nothing to check
     */
    public static List<Path> list(Path folder) {
        return sorted(folder, 1, path -> !path.equals(folder));
    }

    /**
     * Finds files in a folder and all folders below it.
     *
     * @param folder an existing folder
     * @param pattern a regular expression for the whole path as text, such as {@code .*\\.ya?ml}
     * @return the files, sorted; never empty
     */
    public static List<Path> find(Path folder, String pattern) {
        return sorted(
                folder,
                Integer.MAX_VALUE,
                path -> Files.isRegularFile(path) && path.toString().matches(pattern));
    }

    private static List<Path> sorted(Path folder, int depth, Predicate<Path> wanted) {
        try (Stream<Path> paths = Files.walk(folder, depth)) {
            List<Path> found = paths.filter(wanted).sorted().toList();
            if (found.isEmpty()) {
                throw new IllegalStateException("nothing to check in " + folder);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
