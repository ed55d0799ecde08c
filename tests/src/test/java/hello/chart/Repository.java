package hello.chart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Where things are in this repository, wherever the tests are started. */
final class Repository {

    /** The chart of the service. */
    static final Path CHART = root().resolve("gitops/charts/hello");

    /** One folder for each environment. */
    static final Path ENVIRONMENTS = root().resolve("gitops/environments");

    private Repository() {}

    /**
     * Finds the top folder.
     *
     * @return the nearest folder, from the working directory upwards, that holds the chart
     * @throws IllegalStateException when the tests are not run inside the repository
     */
    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("gitops/charts/hello/Chart.yaml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("run the tests inside the repository");
    }

    /**
     * Lists a folder's own entries.
     *
     * @param folder an existing folder
     * @return what is directly in it, sorted by name; never empty, so that a moved folder fails a test
     *     instead of leaving it with nothing to check
     */
    static List<Path> list(Path folder) {
        return sorted(folder, 1, path -> !path.equals(folder));
    }

    /**
     * Finds YAML files.
     *
     * @param folder an existing folder
     * @return all YAML files below it, sorted; never empty
     */
    static List<Path> yamlBelow(Path folder) {
        return sorted(folder, Integer.MAX_VALUE, path -> path.toString().matches(".*\\.ya?ml"));
    }

    /**
     * Reads a text file.
     *
     * @param file a UTF-8 file
     * @return its text
     */
    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
