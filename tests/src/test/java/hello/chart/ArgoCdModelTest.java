package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.PlantedFaults;
import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Argo CD's own kinds are checked strictly: the root has no mistake, and a planted one is named. */
class ArgoCdModelTest {

    /** Beside what the root uses, such as `info`, what it does not, such as `sources`. */
    private static final String SCHEMA = """
            type: object
            required: [spec]
            properties:
              spec:
                type: object
                properties:
                  project: {type: string}
                  info: {type: array, items: {type: object, required: [name], properties: {name: {type: string}}}}
                  sources: {type: array, items: {type: object, properties: {path: {type: string}}}}
                  source: {type: object, additionalProperties: {type: string}}
                  syncPolicy: {type: object, x-kubernetes-preserve-unknown-fields: true}
                  destination: {x-kubernetes-int-or-string: true}
              status: {type: object, properties: {health: {type: string}}}
            """;

    @TempDir
    private Path folder;

    @Test
    void rootHasNoMistake() {
        assertThat(mistakes(Platform.WITH_PREVIEWS)).isEmpty();
        assertThat(mistakes(Platform.ROOT)).isEmpty();
    }

    static Stream<Arguments> misspelt() {
        return PlantedFaults.in("misspelt-argocd-fields.yaml");
    }

    @ParameterizedTest
    @MethodSource("misspelt")
    void namesTheMistake(PlantedFaults fault) {
        Chart copy = Platform.WITH_PREVIEWS.copy(folder.resolve("root"));
        Path planted = copy.folder().resolve(fault.file());
        Chart.write(planted, fault.into(Repository.read(planted)));
        assertThat(mistakes(copy)).anyMatch(found -> found.contains(fault.complaint()));
    }

    @Test
    void takesWhatIsUsedFromTheSchema() {
        assertThat(Yaml.document(ArgoCdModel.fields(Map.of("Application", Yaml.document(SCHEMA)))))
                .containsEntry(
                        "Application",
                        Map.of(
                                "status",
                                "left out",
                                "spec!",
                                Map.of(
                                        "project", "text",
                                        "info", List.of(Map.of("name!", "text")),
                                        "sources", "left out",
                                        "source", Map.of("*", "text"),
                                        "syncPolicy", "anything",
                                        "destination", "text or number")));
    }

    private static List<String> mistakes(Chart root) {
        Stream<Map<String, Object>> objects = root.render().stream().filter(ArgoCdModel::isArgoCds);
        return objects.flatMap(
                        object -> ArgoCdModel.mistakes(object).stream().map(found -> object.get("kind") + " " + found))
                .toList();
    }
}
