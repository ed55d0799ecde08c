package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
