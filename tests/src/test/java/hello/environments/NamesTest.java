package hello.environments;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No script, workflow or template names an environment: which there are, gitops/environments says. */
class NamesTest {

    private static final Path ENVIRONMENTS = Repository.path("gitops/environments");

    @Test
    void nothingNamesAnEnvironment() {
        List<String> found = Stream.of(
                        "local", "gitops", ".github/scripts", ".github/workflows", "argocd", "docs/verify-release")
                .map(Repository::path)
                .flatMap(path -> Repository.find(path, "(?!.*\\.md$).*").stream())
                .filter(file -> !file.startsWith(ENVIRONMENTS))
                .flatMap(file -> names(Repository.ROOT.relativize(file).toString(), Repository.read(file)).stream())
                .toList();
        assertThat(found).isEmpty();
        assertThat(names("Makefile", Repository.read("Makefile"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bump staging", "# Staging's image", "file=environments/production/image.yaml"})
    void aNameIsSeen(String line) {
        assertThat(names("script", "#!/bin/bash\n" + line + "\n"))
                .singleElement()
                .asString()
                .startsWith("script:2: ");
    }

    /** File, number and text of each line that has an environment's name as a word. */
    private static List<String> names(String file, String text) {
        String any = Repository.list(ENVIRONMENTS).stream()
                .filter(Files::isDirectory)
                .map(folder -> Pattern.quote(folder.getFileName().toString()))
                .collect(Collectors.joining("|"));
        Pattern name = Pattern.compile("\\b(" + any + ")\\b", Pattern.CASE_INSENSITIVE);
        List<String> lines = text.lines().toList();
        List<String> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (name.matcher(lines.get(i)).find()) {
                found.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
            }
        }
        return found;
    }
}
