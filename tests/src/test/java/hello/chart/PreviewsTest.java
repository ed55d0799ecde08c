package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.list;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Argo CD is told of previews: there are none by default, and what a branch brings stays among them. */
class PreviewsTest {

    private static final Path HOSTS = Repository.path("tests/src/test/resources/hosts.yaml");

    @TempDir
    private Path folder;

    @Test
    void thereIsNoneByDefault() {
        assertThat(Platform.ROOT.render().toString())
                .contains("app.kubernetes.io/component=environments")
                .doesNotContain("app.kubernetes.io/component=preview");
    }

    @Test
    void branchesAndPullRequestsHaveTheRightsOfAPreview() {
        assertThat(broken(root(Map.of()))).isEmpty();
        List<Object> projects = Stream.of(
                        at(one(root(Map.of()), "Application", "preview"), "spec", "project"),
                        at(one(root(Map.of()), "ApplicationSet", "previews"), "spec", "template", "spec", "project"))
                .toList();
        assertThat(projects).containsExactly("hello-preview", "hello-preview");
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            preview       | namespace: {{ $.Values.name }}-{{ .environment }}    | namespace: hello-production
            pull-requests | namespace: '{{ $.Values.name }}-{{ $environment }}'  | namespace: hello-production
            projects      | namespace: "{{ $.Values.name }}{{ $scope }}-*"       | namespace: "hello-production"
            """)
    void noticesAPreviewOutOfItsNamespace(String template, String right, String wrong) {
        Chart copy = root(Map.of()).copy(folder.resolve("root"));
        copy.edit("templates/" + template + ".yaml", right, wrong);
        assertThat(broken(copy))
                .anyMatch(sentence ->
                        sentence.startsWith("hello-preview-") && sentence.endsWith("may go to its namespace"));
    }

    @Test
    void pullRequestIsFollowedToTheBranchThatItsWorkflowPushes() {
        Map<String, Object> set = one(root(Map.of()), "ApplicationSet", "previews");
        Map<String, Object> generator =
                Yaml.map(mapsAt(set, "spec", "generators").getFirst().get("pullRequest"));
        assertThat(mapAt(generator, "github"))
                .containsEntry("owner", "team")
                .containsEntry("repo", "hello")
                .containsEntry("labels", List.of("preview"))
                .containsEntry("tokenRef", Map.of("secretName", "github", "key", "token"));
        String revision =
                at(set, "spec", "template", "spec", "source", "targetRevision").toString();
        String branch = revision.replace("{{ .number }}", "${NUMBER");
        assertThat(Repository.read(".github/scripts/preview")).contains("\nbranch=" + branch + ":?");
        assertThat(parameters(at(set, "spec", "template", "spec", "source")))
                .containsEntry("ingress.hosts", "{pull-{{ .number }}.previews.example}")
                .containsEntry("image.repository", Chart.REPOSITORY);
    }

    @Test
    void publicRepositoryNeedsNoToken() {
        Map<String, Object> set = one(root(Map.of("previewsSecret", "")), "ApplicationSet", "previews");
        assertThat(set.toString()).contains("pullRequest").doesNotContain("tokenRef");
    }

    @Test
    void branchRunsItsOwnCommitByDigest() {
        Map<String, Object> application = one(root(Map.of()), "Application", "preview");
        assertThat(at(application, "spec", "source", "targetRevision")).isEqualTo(Platform.COMMIT);
        Map<String, String> parameters = parameters(at(application, "spec", "source"));
        parameters.put("ingress.hosts[0]", parameters.remove("ingress.hosts").replaceAll("[{}]", ""));
        Path values = Repository.path("gitops/chart")
                .resolve(list(at(application, "spec", "source", "helm", "valueFiles"))
                        .getFirst()
                        .toString());
        assertThat(new Chart(Chart.SERVICE.folder(), parameters).text(Chart.OLDEST_KUBERNETES, values))
                .contains(Chart.REPOSITORY + ":tag@sha256:" + "1".repeat(64), "host: \"new-page.staging.hello.test\"")
                .contains(Platform.COMMIT);
    }

    @Test
    void repositoryElsewhereHasNoPullRequests() {
        assertThatThrownBy(() -> root(Map.of("repoURL", "https://git.example/team/hello.git"))
                        .render())
                .hasMessageContaining("elsewhere make preview");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://previews.example", "previews", "*.example", "Previews.example", "a..b"})
    void domainIsADomain(String domain) {
        assertThatThrownBy(() -> root(Map.of("previews", domain)).render()).hasMessageContaining("/previews");
    }

    private static Chart root(Map<String, String> more) {
        Map<String, String> values = new HashMap<>(Platform.WITH_PREVIEWS.parameters());
        values.putAll(more);
        return new Chart(Platform.ROOT.folder(), values);
    }

    private static List<String> broken(Chart root) {
        return new Platform(
                        root.render(),
                        Platform.kustomized(Repository.path("gitops/platform")),
                        Chart.SERVICE.render(HOSTS, Chart.IMAGE_FILE, Chart.EVERYTHING))
                .broken();
    }

    private static Map<String, Object> one(Chart root, String kind, String component) {
        return root.render().stream()
                .filter(object -> kind.equals(object.get("kind"))
                        && component.equals(at(object, "metadata", "labels", "app.kubernetes.io/component")))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> parameters(Object source) {
        Map<String, String> parameters = new HashMap<>();
        mapsAt(Yaml.map(source), "helm", "parameters")
                .forEach(each -> parameters.put(
                        each.get("name").toString(), each.get("value").toString()));
        return parameters;
    }
}
