package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.list;
import static hello.support.Yaml.map;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/secrets.md says to write works, as far as it goes without the operators that it names. */
class SecretsPageTest {

    private static final String PAGE = Repository.read("docs/secrets.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\n(.*?)^```");

    @TempDir
    private Path folder;

    @Test
    void eachBlockBelongsToAnExample() {
        assertThat(BLOCK.matcher(PAGE).results()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sealed Secrets", "External Secrets"})
    void anExampleFitsTogether(String heading) {
        assertThat(broken(section(heading))).isEmpty();
    }

    @ParameterizedTest(name = "{1}: {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            Sealed Secrets   | group: bitnami.com     | group: bitnami.org       | the project permits the object
            Sealed Secrets   | kind: SealedSecret}    | kind: SealedSecrets}     | the project permits the object
            Sealed Secrets   | kind: SealedSecret}    | kind: SealedSecret       | while parsing
            Sealed Secrets   | password: AgB          | secret: AgB              | DB_PASSWORD has a key of the Secret
            Sealed Secrets   | name: database, key    | name: db, key            | DB_PASSWORD is of the Secret
            Sealed Secrets   | extraObjects:          | extraObject:             | 'extraObject' not allowed
            Sealed Secrets   | kind: SealedSecret     | kind: Secret             | which git may not bring
            External Secrets | - secretKey: password  | - secretKey: secret      | DB_PASSWORD has a key of the Secret
            External Secrets | target:→name: database | target:→name: other      | DB_PASSWORD is of the Secret
            External Secrets | envFromSecret:         | env:                     | '/env/DB_PASSWORD'
                    """)
    void whatDoesNotFitIsFound(String heading, String right, String wrong, String sentence) {
        String text = section(heading);
        String line = right.replace("→", "\n        ");
        assertThat(text).contains(line);
        assertThat(broken(text.replace(line, wrong.replace("→", "\n        "))))
                .anyMatch(broken -> broken.contains(sentence));
    }

    private static String section(String heading) {
        return PAGE.split("(?m)^## " + heading + "$")[1].split("(?m)^## ")[0];
    }

    /** The first block is the project's line, the second belongs into an environment's values. */
    private List<String> broken(String section) {
        List<String> blocks =
                BLOCK.matcher(section).results().map(block -> block.group(1)).toList();
        try {
            Map<String, Object> line = mapAt(Yaml.document("lines:\n" + blocks.get(0)), "lines", 0);
            return broken(line, rendered(blocks.get(1)), Yaml.document(blocks.get(1)));
        } catch (RuntimeException refused) {
            return List.of(refused.getMessage());
        }
    }

    private List<Map<String, Object>> rendered(String values) {
        return Chart.SERVICE.render(
                Chart.ENVIRONMENTS.resolve("staging/values.yaml"),
                Chart.IMAGE_FILE,
                Chart.write(folder.resolve("values.yaml"), values));
    }

    private static List<String> broken(
            Map<String, Object> line, List<Map<String, Object>> objects, Map<String, Object> values) {
        List<String> broken = new ArrayList<>();
        Map<String, Object> maker = mapsAt(values, "extraObjects").get(0);
        if (!objects.contains(maker)) {
            broken.add("the object is rendered as it is written");
        }
        if (!Platform.permits(line, maker)) {
            broken.add("the project permits the object");
        }
        Map<String, Object> variable = objects.stream()
                .filter(object -> "Deployment".equals(object.get("kind")))
                .flatMap(object -> mapsAt(object, "spec", "template", "spec", "containers", 0, "env").stream())
                .filter(entry -> "DB_PASSWORD".equals(entry.get("name")))
                .findFirst()
                .orElseThrow();
        Map<String, Object> key = mapAt(variable, "valueFrom", "secretKeyRef");
        if (!madeName(maker).equals(key.get("name"))) {
            broken.add("DB_PASSWORD is of the Secret that is made");
        }
        if (!madeKeys(maker).contains(key.get("key"))) {
            broken.add("DB_PASSWORD has a key of the Secret that is made");
        }
        return broken;
    }

    private static Object madeName(Map<String, Object> maker) {
        Map<String, Object> spec = mapAt(maker, "spec");
        return spec.containsKey("target") ? at(spec, "target", "name") : at(maker, "metadata", "name");
    }

    private static Set<?> madeKeys(Map<String, Object> maker) {
        Map<String, Object> spec = mapAt(maker, "spec");
        return spec.containsKey("encryptedData")
                ? mapAt(spec, "encryptedData").keySet()
                : Set.copyOf(list(spec.get("data")).stream()
                        .map(entry -> map(entry).get("secretKey"))
                        .toList());
    }
}
