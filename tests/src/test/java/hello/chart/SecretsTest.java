package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No Secret and no key in git: a cluster's secrets are made in the cluster, or come from where secrets are kept. */
class SecretsTest {

    /** Folders that git does not keep. */
    private static final Set<String> NOT_IN_GIT = Set.of(".git", "target");

    /** A private key, or a token of GitHub or AWS, anywhere; put together here, so that this file has none. */
    private static final Pattern KEY = Pattern.compile("-----" + "BEGIN ([A-Z]+ )?PRIVATE KEY"
            + "-----|\\bgh[pousr]_[A-Za-z0-9]{36}\\b|\\bgithub_pat_[A-Za-z0-9_]{50}|\\bAKIA[A-Z0-9]{16}\\b");

    /** A Secret as a manifest has it, in YAML of either style or JSON. */
    private static final Pattern SECRET = Pattern.compile("(?m)(^|[{,])\\s*\"?kind\"?:\\s*\"?Secret\"?\\s*($|[,}#])");

    @Test
    void noFileHoldsAKey() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            if (KEY.matcher(text(file)).find()) {
                found.add(file.toString());
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void noManifestIsASecret() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            if (file.toString().matches(".*\\.(ya?ml|json|tpl)") && isSecret(text(file))) {
                found.add(file.toString());
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void nothingRenderedIsASecret() {
        List<Map<String, Object>> rendered = Stream.of(
                        Chart.environments().stream()
                                .flatMap(environment ->
                                        Chart.SERVICE
                                                .render(environment.resolve("values.yaml"), Chart.IMAGE_FILE)
                                                .stream()),
                        Platform.ROOT.render().stream(),
                        Platform.kustomized(Repository.path("gitops/platform")).stream(),
                        Platform.kustomized(Repository.path("local")).stream())
                .flatMap(objects -> objects)
                .toList();
        assertThat(rendered).hasSizeGreaterThan(20).noneMatch(object -> "Secret".equals(object.get("kind")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n",
                "{apiVersion: v1, kind: Secret, data: {}}",
                "{\"kind\": \"Secret\"}"
            })
    void noticesASecret(String manifest) {
        assertThat(isSecret(manifest)).isTrue();
    }

    private static boolean isSecret(String text) {
        return Stream.of(text.split("(?m)^---.*$"))
                .anyMatch(document -> SECRET.matcher(document).find());
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(Repository.ROOT)) {
            List<Path> files = all.filter(path -> Stream.of(
                                    Repository.ROOT.relativize(path).toString().split("/"))
                            .noneMatch(NOT_IN_GIT::contains))
                    .filter(path -> Files.isRegularFile(path) && path.toFile().length() < 1_000_000)
                    .toList();
            assertThat(files).hasSizeGreaterThan(80);
            return files;
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }
}
