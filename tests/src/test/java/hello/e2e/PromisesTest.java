package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The README's table is what {@code make e2e} prints: a row for each promise that a test keeps, and no other. */
class PromisesTest {
    @Test
    void theReadmeHasARowForEachPromise() throws Exception {
        String table = Files.readString(Path.of("../README.md"))
                .replaceFirst("(?s).*<!-- e2e -->\n", "")
                .replaceFirst("(?s)<!-- /e2e -->.*", "");
        List<String> rows = table.lines()
                .skip(2)
                .map(row -> row.split(" \\| "))
                .map(cells -> cells[0].substring(2))
                .sorted()
                .toList();
        assertThat(rows)
                .as("first cells of README.md's table; put there what make e2e printed (tests/target/e2e.md)")
                .isEqualTo(promises());
    }

    @Test
    void everyRowWasKept() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        assertThat(readme.lines().filter(line -> line.endsWith(" s |")))
                .isNotEmpty()
                .allMatch(line -> line.contains(" | kept | "));
    }

    private static List<String> promises() throws IOException, URISyntaxException, ClassNotFoundException {
        List<String> promises = new ArrayList<>();
        try (Stream<Path> files = Files.list(
                Path.of(PromisesTest.class.getResource("PromisesTest.class").toURI())
                        .getParent())) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith("IT.class")).toList()) {
                String name = "hello.e2e." + file.getFileName().toString().replace(".class", "");
                Class<?> type = Class.forName(
                        name,
                        false,
                        PromisesTest.class.getClassLoader()); // not initialized: that would ask the cluster
                Stream.of(type.getDeclaredMethods())
                        .filter(m -> m.isAnnotationPresent(Test.class))
                        .map(m -> m.getAnnotation(DisplayName.class).value())
                        .forEach(promises::add);
            }
        }
        return promises.stream().sorted().toList();
    }
}
