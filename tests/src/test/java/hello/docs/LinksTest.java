package hello.docs;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link, file and make target that a document names exists, and what does not is found. */
class LinksTest {
    private static final Pattern JDK = Pattern.compile("JDK (\\d+)");

    static List<Path> documents() {
        return Repository.find(Repository.ROOT, ".*\\.md").stream()
                .filter(file -> !file.toString().contains("/target/"))
                .map(Repository.ROOT::relativize)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void whatADocumentNamesIsThere(Path document) {
        assertThat(new Document(Repository.ROOT, Repository.ROOT.resolve(document)).broken())
                .as("named in %s, and not there", document)
                .isEmpty();
    }

    @Test
    void documentsNameTheJdkThatTheBuildNeeds() {
        Set<String> named = documents().stream()
                .map(document -> Repository.read(document.toString()))
                .flatMap(text -> JDK.matcher(text).results().map(match -> match.group(1)))
                .collect(Collectors.toSet());
        assertThat(Repository.read("pom.xml")).contains("<maven.compiler.release>" + String.join(", ", named) + "<");
    }

    @Test
    void theReadmeStaysShortAndBeginsWithTheStart() {
        List<String> lines = Repository.read("README.md").lines().toList();
        assertThat(lines.size()).as("lines of README.md").isLessThanOrEqualTo(120);
        assertThat(lines.subList(0, 25)).anyMatch(line -> line.startsWith("$ make up"));
    }

    @Test
    void whatCodeownersNamesIsThere() {
        assertThat(Repository.read(".github/CODEOWNERS").lines())
                .filteredOn(line -> line.matches("#?/.*"))
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> assertThat(Repository.path(line.replaceAll("^#?/| .*", "")))
                        .exists());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    [gone](docs/gone.md)            | link docs/gone.md
                    [gone](#gone)                   | link #gone
                    [gone](docs/there.md#gone)      | link docs/there.md#gone
                    [out](../secret.md)             | link ../secret.md
                    run `docs/gone`                 | path docs/gone
                    see `docs/gone/*.yaml`          | path docs/gone/*.yaml
                    see `gone/NAME/x`, `docs/NAME`, `docs/gone/NAME/x.md` | path docs/gone/NAME/x.md
                    see `gone.yaml`                 | path gone.yaml
                    run `make gone`                 | make gone
                    run `make there && make gone`   | make gone
                    run `make there gone`           | make gone
                    set `ingress.gone`              | value ingress.gone
                    set `ingress.tls.gone`          | value ingress.tls.gone
                    set `ingress.hosts.gone`        | value ingress.hosts.gone
                    """)
    void whatIsNotThereIsFound(String text, String found, @TempDir Path root) throws IOException {
        assertThat(document(root, text).broken()).containsExactly(found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    "[there](docs/there.md#a-heading-of-mine)"
                    "[elsewhere](https://example.org/gone)"
                    "run `docs/there.md`, `there.md`, `make there ENV=gone`"
                    "set `ingress.hosts`, `ingress.tls.secret`, `<image.java.base>`, `some.gone` in `gone.values()`"
                    "files `docs/NAME/gone.md`, `docs/*.gone`, and what `make there` prints: `there did not make it`"
                    "an image `ghcr.io/OWNER/gone`, a type `text/gone`, paths `/docs/gone`, `localhost:5050/docs/gone`"
                    """)
    void whatIsThereOrNotOursIsLeftAlone(String text, @TempDir Path root) throws IOException {
        assertThat(document(root, text).broken()).isEmpty();
    }

    @Test
    void commandsAndTheTreeAreReadToo(@TempDir Path root) throws IOException {
        String text = """
                ```console
                $ docs/gone --now   # docs/not-a-command
                docs/printed by the command
                ```
                ```
                pom.xml      a file
                docs/        a folder
                  there.md, gone.md   files in it
                ```
                """;
        assertThat(document(root, text).broken())
                .containsExactly("path docs/gone", "tree pom.xml", "tree docs/gone.md");
    }

    private static Document document(Path root, String text) throws IOException {
        Files.createDirectories(root.resolve("docs"));
        Files.writeString(root.resolve("docs/there.md"), "# A heading, of mine\n");
        Files.writeString(root.resolve("Makefile"), "there: ## a target\n\techo\n");
        Files.createDirectories(root.resolve("gitops/chart"));
        Files.writeString(root.resolve("gitops/chart/values.yaml"), "ingress: {hosts: [], tls: {secret: ''}}\n");
        Path file = Files.writeString(root.resolve("README.md"), text);
        return new Document(root, file);
    }
}
