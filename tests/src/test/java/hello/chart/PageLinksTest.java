package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Argo CD's page shows beside an Application's name: links that lead somewhere, labels to filter by, and hints.
 */
class PageLinksTest {

    private static final String LINK = "link.argocd.argoproj.io/";
    private static final Pattern IN_REPOSITORY = Pattern.compile("/(tree|blob|commits)/main/(.+)");
    private static final Pattern OF_COMMIT = Pattern.compile("/commit/\\{\\{ \\.image\\.commit }}(/checks)?");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/ada/hello",
                "https://github.com/ada/hello.git",
                "https://github.com/ada/hello/",
                "git@github.com:ada/hello.git",
                "ssh://git@github.com/ada/hello.git",
                "ssh://git@github.com:22/ada/hello.git",
                "ssh://git@ssh.github.com:443/ada/hello.git"
            })
    void eachAddressOnGitHubGivesLinks(String address) {
        assertThat(wrongLinks(root(Platform.ROOT, address))).isEmpty();
        assertThat(links(root(Platform.ROOT, address))).hasSize(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git://git.git.svc.cluster.local/hello.git",
                "https://git.example.org/ada/hello.git",
                "https://github.com.example.org/ada/hello",
                "https://git.example.org/github.com/hello",
                "git@git.example.org:github.com/hello.git",
                "ssh://git@git.example.org:2222/ada/hello.git"
            })
    void elsewhereThereIsNoLink(String address) {
        assertThat(links(root(Platform.ROOT, address))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "environments, /commit/, /commits/",
        "environments, docs/troubleshooting.md, docs/trouble.md",
        "environments, '{{ $folder }}/values.yaml', '{{ $folder }}/value.yaml'",
        "platform, gitops/platform', gitops/plattform'",
        "_settings.tpl, '\"https://github.com/\"', '\"https://github.com\"'"
    })
    void noticesALinkThatLeadsNowhere(String template, String right, String wrong) {
        Chart copy = Platform.ROOT.copy(folder.resolve("root"));
        copy.edit("templates/" + (template.contains(".") ? template : template + ".yaml"), right, wrong);
        assertThat(wrongLinks(root(copy, "ssh://git@github.com:22/ada/hello.git")))
                .isNotEmpty();
    }

    @Test
    void applicationsAreToldApart() {
        List<Map<String, Object>> applications = applications(Platform.ROOT.render());
        assertThat(applications)
                .extracting(application -> at(application, "metadata", "labels", "app.kubernetes.io/component"))
                .containsExactlyInAnyOrder("root", "platform", "environment");
        assertThat(applications)
                .allSatisfy(application -> assertThat(mapAt(application, "metadata", "labels"))
                        .containsEntry("app.kubernetes.io/part-of", "hello"));
    }

    /** The page has a button for it, which auto-sync switches off. */
    @Test
    void eachApplicationSaysHowToRollBack() {
        assertThat(applications(Platform.ROOT.render()))
                .allSatisfy(application -> assertThat(mapsAt(application, "spec", "info"))
                        .anySatisfy(
                                info -> assertThat(info.get("value").toString()).contains("auto-sync is on")));
    }

    private static List<Map<String, Object>> root(Chart chart, String address) {
        return new Chart(chart.folder(), Map.of("repoURL", address, "image", Chart.REPOSITORY)).render();
    }

    /** Applications, and the templates of those to come. */
    private static List<Map<String, Object>> applications(List<Map<String, Object>> root) {
        List<Map<String, Object>> applications = new ArrayList<>();
        for (Map<String, Object> object : root) {
            if ("Application".equals(object.get("kind"))) {
                applications.add(object);
            } else if ("ApplicationSet".equals(object.get("kind"))) {
                applications.add(mapAt(object, "spec", "template"));
            }
        }
        return applications;
    }

    private static List<String> links(List<Map<String, Object>> root) {
        return applications(root).stream()
                .flatMap(application -> mapAt(application, "metadata", "annotations").entrySet().stream())
                .filter(annotation -> annotation.getKey().startsWith(LINK))
                .map(annotation -> annotation.getValue().toString())
                .toList();
    }

    private static List<String> wrongLinks(List<Map<String, Object>> root) {
        return links(root).stream().filter(link -> !leadsSomewhere(link)).toList();
    }

    /** Whether it leads to the repository's page of a commit, or of a path that is here. */
    private static boolean leadsSomewhere(String link) {
        String repository = "https://github.com/ada/hello";
        if (!link.startsWith(repository + "/")) {
            return false;
        }
        String rest = link.substring(repository.length());
        MatchResult path = IN_REPOSITORY.matcher(rest).results().findFirst().orElse(null);
        return path == null ? OF_COMMIT.matcher(rest).matches() : isHere(path.group(2));
    }

    private static boolean isHere(String path) {
        // image.yaml comes with the first build.
        return path.endsWith("/image.yaml")
                || Repository.path(path.replace("{{ .path.basename }}", "staging"))
                        .toFile()
                        .exists();
    }
}
