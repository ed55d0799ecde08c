package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Renovate waits, and sees whatever is pinned, also where none of its own managers looks. */
class RenovateTest {

    /** Where versions and images are pinned: neither where the loop writes, nor the lab, which builds its own. */
    private static final List<String> PLACES =
            List.of(".github", "argocd", "gitops/chart", "gitops/platform", "local", "service/pom.xml");

    @Test
    void itWaits() {
        Map<String, Object> settings = new Renovate(Repository.read("renovate.json"), Map.of()).settings();
        assertThat(settings)
                .containsEntry("minimumReleaseAge", "7 days")
                .containsEntry("internalChecksFilter", "strict");
        assertThat(Yaml.mapAt(settings, "vulnerabilityAlerts"))
                .as("a known fault waits for nothing")
                .containsOnlyKeys("minimumReleaseAge")
                .containsValue(null);
        assertThat(Yaml.list(settings.get("extends"))).contains("helpers:pinGitHubActionDigestsToSemver");
        assertThat(Yaml.list(settings.get("ignorePaths"))).contains("gitops/environments/**");
        assertThat((List<?>) settings.get("enabledManagers"))
                .asString()
                .contains("maven", "github-actions", "kubernetes", "kustomize", "mise", "asdf", "custom.regex");
    }

    @Test
    void itSeesWhateverIsPinned() {
        assertThat(new Renovate(Repository.read("renovate.json"), files()).complaints())
                .isEmpty();
    }

    /** What is written differently is no longer found. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            service/pom.xml | <image.base> | <base.image> | does not see service/pom.xml sha256
            service/pom.xml | <image.java.base> | <java.image> | does not see service/pom.xml sha256
            gitops/platform/deployment.yaml | image: docker | name: docker | does not see gitops/platform
            local/registry.yaml | image: docker | name: docker | does not see local/registry.yaml
            gitops/chart/templates/tests/greeting.yaml | image: docker | name: docker | finds nothing: image:
            .github/scripts/lint | ZIZMOR= | ZIZ= | finds nothing: ZIZMOR
            .github/scripts/lint | SHFMT=v | SHFMT= | finds nothing: SHFMT
            argocd/install/kustomization.yaml | newTag: | tag: | does not see argocd/install
            """)
    void whatIsNotFoundIsNoticed(String file, String right, String wrong, String complaint) {
        Map<String, String> files = files();
        assertThat(files.get(file)).contains(right);
        files.computeIfPresent(file, (name, text) -> text.replace(right, wrong));
        assertThat(new Renovate(Repository.read("renovate.json"), files).complaints())
                .anyMatch(found -> found.startsWith(complaint));
    }

    @Test
    void itDecides() {
        assertThat(undecided(new Renovate(Repository.read("renovate.json"), Map.of())))
                .isEmpty();
    }

    static Stream<Map<String, Object>> rules() {
        return rulesOf(Yaml.document(Repository.read("renovate.json"))).stream();
    }

    /** A rule without a row here would go unseen. */
    @ParameterizedTest
    @MethodSource("rules")
    void ruleTakenOutIsMissed(Map<String, Object> rule) {
        Map<String, Object> settings = Yaml.document(Repository.read("renovate.json"));
        settings.put(
                "packageRules",
                rulesOf(settings).stream().filter(each -> !each.equals(rule)).toList());
        assertThat(undecided(new Renovate(Yaml.text(settings), Map.of()))).isNotEmpty();
    }

    private static List<Map<String, Object>> rulesOf(Map<String, Object> settings) {
        return Yaml.mapsAt(settings, "packageRules");
    }

    /** The rows of renovate-decisions.yaml that the rules do not keep. */
    private static List<Map<String, Object>> undecided(Renovate renovate) {
        return Yaml.mapsAt(
                        Yaml.document(Repository.read("tests/src/test/resources/renovate-decisions.yaml")), "decisions")
                .stream()
                .filter(row -> !keeps(renovate, row))
                .toList();
    }

    private static boolean keeps(Renovate renovate, Map<String, Object> row) {
        List<String> update = Stream.of(row.get("update").toString().split(" ")).toList();
        Map<String, Object> decided = renovate.decided(Map.of(
                "matchManagers", update.get(0),
                "matchDatasources", update.get(1),
                "matchPackageNames", update.get(2),
                "matchUpdateTypes", update.get(3)));
        return Yaml.mapAt(row, "is").entrySet().stream()
                .allMatch(wanted ->
                        String.valueOf(decided.get(wanted.getKey())).matches(String.valueOf(wanted.getValue())));
    }

    /** Renovate compares what its rule takes for a version, and leaves alone what it does not. */
    @Test
    void itTakesTheTagOfTheJavaImageForAVersion() {
        String image = "docker.io/library/eclipse-temurin";
        Matcher tag = Pattern.compile(image + ":([^@<]+)").matcher(Repository.read("service/pom.xml"));
        assertThat(tag.find()).isTrue();
        Object versioning = new Renovate(Repository.read("renovate.json"), Map.of())
                .decided(Map.of("matchPackageNames", image))
                .get("versioning");
        assertThat(tag.group(1)).matches(versioning.toString().replaceFirst("^regex:", ""));
    }

    private static Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        for (String place : PLACES) {
            for (Path file : Repository.find(Repository.path(place), ".*")) {
                files.put(Repository.ROOT.relativize(file).toString(), Repository.read(file));
            }
        }
        return files;
    }
}
