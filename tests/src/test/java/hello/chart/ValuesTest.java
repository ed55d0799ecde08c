package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the chart takes as values and what it refuses, and that each value is explained and has an effect. */
class ValuesTest {

    private static final Path RESOURCES = Repository.path("tests/src/test/resources");
    private static final String DEFAULTS =
            Repository.read(Chart.SERVICE.folder().resolve("values.yaml"));

    /** The least that an environment has to say. */
    private static final Path HOSTS = RESOURCES.resolve("hosts.yaml");

    /** What a PodMonitor needs. */
    private static final String SCRAPED = "networkPolicy: {metricsNamespaces: [monitoring]}";

    /** Values that may be given and have no default. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of("resources.limits.cpu");

    /**
     * What stands in image.yaml for the ApplicationSet alone, see gitops/freeze: the chart takes it and has no use for
     * it.
     */
    private static final String FROZEN = "frozen";

    /** Every value that the schema knows, by its path. */
    private static final Set<String> KNOWN = known();

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
        assertThatThrownBy(() -> Chart.SERVICE.text(Chart.OLDEST_KUBERNETES, HOSTS, Chart.IMAGE_FILE, values))
                .as("%s", values.getFileName())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(wanted.group(1));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void accepts(Path values) {
        List<Map<String, Object>> objects =
                Chart.SERVICE.copy(folder.resolve("chart")).renderWithTests(HOSTS, Chart.IMAGE_FILE, values);
        assertThat(ChartRules.broken(objects)).as("%s", values).isEmpty();
    }

    @Test
    void givesGreetingsToTheServiceUnchanged() {
        Path values = RESOURCES.resolve("accepted-values/greeting-of-any-text.yaml");
        Map<String, Object> greeting = Yaml.mapAt(Yaml.document(Repository.read(values)), "greeting");
        assertThat(texts(values))
                .containsExactly(
                        entry("GREETING_NAME", greeting.get("name")),
                        entry("GREETING_MESSAGE", greeting.get("message")));
    }

    @Test
    void givesVariablesAndFilesToTheServiceUnchanged() {
        Map<String, Object> values = Yaml.document(Repository.read(Chart.EVERYTHING));
        assertThat(texts(Chart.EVERYTHING)).containsExactlyInAnyOrderEntriesOf(Yaml.mapAt(values, "env"));
        assertThat(Yaml.at(one("ConfigMap", Chart.EVERYTHING), "data")).isEqualTo(values.get("config"));
    }

    /** The variables whose text the values say, as the service sees them. */
    private static Map<String, Object> texts(Path values) {
        return Yaml.mapsAt(one("Deployment", values), "spec", "template", "spec", "containers", 0, "env").stream()
                .filter(variable -> variable.containsKey("value"))
                .collect(Collectors.toMap(
                        variable -> (String) variable.get("name"), variable -> expanded(variable.get("value"))));
    }

    /** An object of the chart with some values and the defaults, whatever environments say. */
    private static Map<String, Object> one(String kind, Path values) {
        return Chart.SERVICE.render(HOSTS, Chart.IMAGE_FILE, values).stream()
                .filter(object -> kind.equals(object.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aChangedFileReplacesThePods() {
        Set<Object> pods = Stream.of("{a: '1'}", "{a: '2'}", "{a: '2', b: ''}", "{a: '2', b: ''}")
                .map(files -> write("config.yaml", "config: " + files))
                .map(file -> Yaml.at(one("Deployment", file), "spec", "template"))
                .collect(Collectors.toSet());
        assertThat(pods).hasSize(3);
    }

    @Test
    void nothingOptionalIsThereByDefault() {
        List<Map<String, Object>> objects = Chart.SERVICE.render(HOSTS, Chart.IMAGE_FILE);
        assertThat(objects).extracting(object -> object.get("kind")).containsOnlyOnceElementsOf(ChartRules.KINDS);
        assertThat(objects).hasSameSizeAs(ChartRules.KINDS);
        assertThat(objects)
                .as("no annotation of one ingress controller, among others; a link says which commit is there")
                .flatExtracting(object -> Yaml.mapAt(object, "metadata").containsKey("annotations")
                        ? Yaml.mapAt(object, "metadata", "annotations").keySet()
                        : Set.of())
                .containsExactly(ChartRules.COMMIT_LINK);
        assertThat(objects)
                .filteredOn(object -> "NetworkPolicy".equals(object.get("kind")))
                .noneMatch(object -> Yaml.mapAt(object, "spec").containsKey("egress"));
    }

    /** As Kubernetes expands a variable's value: {@code $(NAME)} to what NAME has, {@code $$} to a dollar sign. */
    private static String expanded(Object value) {
        return Pattern.compile("\\$(\\$|\\([A-Za-z_][\\w.-]*\\))")
                .matcher(value.toString())
                .replaceAll(found -> found.group().equals("$$") ? "\\$" : "EXPANDED");
    }

    static Stream<String> changedValues() {
        // Each rendering here is given the repository as a parameter, which wins over all files.
        return changed().keySet().stream().filter(path -> !path.equals("image.repository"));
    }

    @ParameterizedTest
    @MethodSource("changedValues")
    void eachValueHasAnEffect(String path) {
        Path value = write("value.yaml", Yaml.text(Yaml.only(path, changed().get(path))));
        Chart chart = Chart.SERVICE.copy(folder.resolve("chart"));
        // The first has room for each single change; in the second the replica count is fixed.
        boolean effect = Stream.of(
                        "{autoscaling: {minReplicas: 4, maxReplicas: 8}, podMonitor: {enabled: true}}",
                        "{autoscaling: {enabled: false}, replicaCount: 5}")
                .map(text -> write("base.yaml", text.replaceFirst("}$", ", " + SCRAPED + "}")))
                .anyMatch(base -> !chart.renderWithTests(HOSTS, Chart.IMAGE_FILE, base, value)
                        .equals(chart.renderWithTests(HOSTS, Chart.IMAGE_FILE, base)));
        assertThat(effect).as(path + " changes what is rendered").isTrue();
    }

    @Test
    void theDefaultsTheSchemaAndTheTableOfEffectsHaveTheSameValues() {
        Set<String> defaults =
                new TreeSet<>(Yaml.leaves(Yaml.document(DEFAULTS), KNOWN).keySet());
        defaults.addAll(WITHOUT_DEFAULT);
        assertThat(changed().keySet()).containsExactlyInAnyOrderElementsOf(defaults);
        assertThat(KNOWN).isEqualTo(defaults);
    }

    @Test
    void eachDefaultIsExplained() {
        assertThat(DEFAULTS.split("\n\n"))
                .hasSizeGreaterThan(5)
                .allSatisfy(
                        block -> assertThat(block).as("a block of values.yaml").contains("# "));
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>();
        collect("", Yaml.document(Repository.read(Chart.SERVICE.folder().resolve("values.schema.json"))), known);
        assertThat(known.remove(FROZEN)).isTrue();
        return known;
    }

    /** Every place in the schema says whether others may stand beside: only the named ones may. */
    private static void collect(String path, Map<String, Object> schema, Set<String> leaves) {
        if (!schema.containsKey("properties")) {
            leaves.add(path);
            return;
        }
        assertThat(schema).as("schema of '%s'", path).containsEntry("additionalProperties", false);
        Map<String, Object> properties = new TreeMap<>(Yaml.mapAt(schema, "properties"));
        properties.values().removeIf(ValuesTest::isFormerName);
        Set<String> required = new TreeSet<>(properties.keySet());
        required.removeIf(name -> WITHOUT_DEFAULT.contains(path + name) || FROZEN.equals(path + name));
        assertThat(Yaml.list(schema.get("required")).stream().map(String::valueOf))
                .as("required in '%s', so that no value can be taken away", path)
                .containsExactlyInAnyOrderElementsOf(required);
        properties.forEach((name, value) -> {
            Map<String, Object> property = Yaml.map(value);
            collect(property.containsKey("properties") ? path + name + "." : path + name, property, leaves);
        });
    }

    /** A value that was renamed: whoever gives it is told the new name, in place of the only thing it may be. */
    private static boolean isFormerName(Object property) {
        return Yaml.map(property).containsKey("const");
    }

    @Test
    void formerNameNamesAValue() {
        Matcher renamed = Pattern.compile("\"const\": \"gone: it is called (.+) now\"")
                .matcher(Repository.read(Chart.SERVICE.folder().resolve("values.schema.json")));
        assertThat(renamed.results().map(name -> name.group(1)))
                .hasSizeGreaterThan(2)
                .isSubsetOf(KNOWN);
    }

    private static Map<String, Object> changed() {
        return Yaml.leaves(Yaml.document(Repository.read(RESOURCES.resolve("every-value-changed.yaml"))), KNOWN);
    }

    private Path write(String name, String text) {
        return Chart.write(folder.resolve(name), text);
    }
}
