package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart takes as values and what it refuses, and that each value is explained and has an effect. */
class ValuesTest {

    private static final Path RESOURCES = Repository.path("tests/src/test/resources");
    private static final Path PRODUCTION = Chart.ENVIRONMENTS.resolve("production/values.yaml");
    private static final String DEFAULTS = Repository.read(Chart.HELLO.folder().resolve("values.yaml"));

    /** Values that may be given and have no default. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of("resources.limits.cpu");

    @TempDir
    private Path folder;

    static List<Path> refused() {
        return Repository.list(RESOURCES.resolve("refused-values"));
    }

    static List<Path> accepted() {
        return Repository.list(RESOURCES.resolve("accepted-values"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(Path values) {
        Matcher wanted = Pattern.compile("^# refused: (.+)").matcher(Repository.read(values));
        assertThat(wanted.find())
                .as("the first line says `# refused: ` and a part of the message")
                .isTrue();
        assertThatThrownBy(() -> Chart.HELLO.text(Chart.OLDEST_KUBERNETES, PRODUCTION, Chart.IMAGE_FILE, values))
                .as("%s", values.getFileName())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(wanted.group(1));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void accepts(Path values) {
        List<Map<String, Object>> objects =
                Chart.HELLO.copy(folder.resolve("chart")).renderWithTests(PRODUCTION, Chart.IMAGE_FILE, values);
        assertThat(ChartRules.broken(objects)).as("%s", values).isEmpty();
    }

    @Test
    void givesGreetingsToTheServiceUnchanged() {
        Path values = RESOURCES.resolve("accepted-values/greeting-of-any-text.yaml");
        Map<String, Object> greeting = Yaml.mapAt(Yaml.document(Repository.read(values)), "greeting");
        assertThat(Chart.HELLO.render(PRODUCTION, Chart.IMAGE_FILE, values))
                .filteredOn(object -> object.get("kind").equals("Deployment"))
                .flatExtracting(object -> Yaml.mapsAt(object, "spec", "template", "spec", "containers", 0, "env"))
                .filteredOn(variable -> variable.containsKey("value"))
                .extracting(variable -> variable.get("name"), variable -> expanded(variable.get("value")))
                .containsExactly(
                        tuple("HELLO_NAME", greeting.get("name")), tuple("HELLO_MESSAGE", greeting.get("message")));
    }

    /** As Kubernetes expands a variable's value: {@code $(NAME)} to what NAME has, {@code $$} to a dollar sign. */
    private static String expanded(Object value) {
        return Pattern.compile("\\$(\\$|\\([A-Za-z_][\\w.-]*\\))")
                .matcher(value.toString())
                .replaceAll(found -> found.group().equals("$$") ? "\\$" : "EXPANDED");
    }

    static Stream<String> changedValues() {
        // Each rendering here is given the repository as a parameter, which wins over all files.
        return Yaml.leaves(changed()).keySet().stream().filter(path -> !path.equals("image.repository"));
    }

    @ParameterizedTest
    @MethodSource("changedValues")
    void eachValueHasAnEffect(String path) {
        Path value = write(
                "value.yaml", Yaml.text(Yaml.only(path, Yaml.leaves(changed()).get(path))));
        Chart chart = Chart.HELLO.copy(folder.resolve("chart"));
        // The first has room for each single change; in the second the replica count is fixed.
        boolean effect = Stream.of(
                        "{autoscaling: {minReplicas: 4, maxReplicas: 8}}",
                        "{autoscaling: {enabled: false}, replicaCount: 5}")
                .map(text -> write("base.yaml", text))
                .anyMatch(base -> !chart.renderWithTests(PRODUCTION, Chart.IMAGE_FILE, base, value)
                        .equals(chart.renderWithTests(PRODUCTION, Chart.IMAGE_FILE, base)));
        assertThat(effect).as(path + " changes what is rendered").isTrue();
    }

    @Test
    void theDefaultsTheSchemaAndTheTableOfEffectsHaveTheSameValues() {
        Set<String> defaults =
                new TreeSet<>(Yaml.leaves(Yaml.document(DEFAULTS)).keySet());
        defaults.addAll(WITHOUT_DEFAULT);
        assertThat(Yaml.leaves(changed()).keySet()).containsExactlyInAnyOrderElementsOf(defaults);

        Map<String, Object> schema =
                Yaml.document(Repository.read(Chart.HELLO.folder().resolve("values.schema.json")));
        Set<String> known = new TreeSet<>();
        collect("", schema, known);
        assertThat(known).isEqualTo(defaults);
    }

    @Test
    void eachDefaultIsExplained() {
        assertThat(DEFAULTS.split("\n\n"))
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        block -> assertThat(block).as("a block of values.yaml").contains("# "));
    }

    /** Every place in the schema says whether others may stand beside: only the named ones may. */
    private static void collect(String path, Map<String, Object> schema, Set<String> leaves) {
        if (!schema.containsKey("properties")) {
            leaves.add(path);
            return;
        }
        assertThat(schema).as("schema of '%s'", path).containsEntry("additionalProperties", false);
        Map<String, Object> properties = Yaml.mapAt(schema, "properties");
        Set<String> required = new TreeSet<>(properties.keySet());
        required.removeIf(name -> WITHOUT_DEFAULT.contains(path + name));
        assertThat(Yaml.list(schema.get("required")).stream().map(String::valueOf))
                .as("required in '%s', so that no value can be taken away", path)
                .containsExactlyInAnyOrderElementsOf(required);
        properties.forEach((name, value) -> {
            Map<String, Object> property = Yaml.map(value);
            collect(property.containsKey("properties") ? path + name + "." : path + name, property, leaves);
        });
    }

    private static Map<String, Object> changed() {
        return Yaml.document(Repository.read(RESOURCES.resolve("every-value-changed.yaml")));
    }

    private Path write(String name, String text) {
        return Chart.write(folder.resolve(name), text);
    }
}
