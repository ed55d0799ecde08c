package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The alerts of docs/metrics.md ask for series that the service has, one that just failed at a request. */
@MicronautTest(transactional = false)
@Property(name = "failing", value = "true")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertsTest {

    private static final Path DOCUMENT = Path.of("../docs/metrics.md");
    private static final Pattern EXPRESSION = Pattern.compile("(?m)^ +expr: >-\n((?: {10}.*\n)+)");
    private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");

    /** Labels that the scrape adds. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("namespace", "pod");

    @Inject
    EmbeddedServer server;

    static List<String> expressions() throws IOException {
        return EXPRESSION
                .matcher(Files.readString(DOCUMENT))
                .results()
                .map(found -> found.group(1).strip())
                .toList();
    }

    @Test
    void eachAlertHasAnExpressionThatIsRead() throws IOException {
        long alerts = Files.readString(DOCUMENT).split("- alert: ").length - 1;
        assertTrue(alerts >= 5, "alerts: " + alerts);
        assertEquals(alerts, expressions().size());
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void theServiceHasWhatAnAlertAsksFor(String expression) {
        Client.send("GET", server.getURI().resolve("/"), null);
        Client.send("GET", server.getURI().resolve("/failing"), null);
        String metrics = Client.send("GET", Client.management(server, "/prometheus"), null)
                .body();
        assertEquals(List.of(), missing(expression, metrics), metrics);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "there_gone{}",
                "there_total{gone=\"1\"}",
                "there_total{code=\"2\"}",
                "there_total{code!=\"1\"}",
                "there_total{code=~\"2..\"}",
                "there_total{code!~\"[0-9]\"}",
                "rate(there_total[5m])"
            })
    void whatIsNotThereIsFound(String expression) {
        assertFalse(missing(expression, "there_total{code=\"1\"} 3.0\n").isEmpty());
    }

    @Test
    void whatIsThereIsFound() {
        String expression = "sum by (code) (rate(there_total{code=~\"1|2\", namespace=\"x\"}[5m])) / 1.5 > bool up{}";
        assertEquals(List.of(), missing(expression, "there_total{code=\"1\"} 3.0\nup 1.0\n"));
    }

    /**
     * Selectors that no series has, and words outside of them that are none of PromQL's: metrics without a selector.
     */
    private static List<String> missing(String expression, String metrics) {
        Stream<String> selectors = SELECTOR.matcher(expression)
                .results()
                .filter(selector -> metrics.lines().noneMatch(series -> selects(selector, series)))
                .map(MatchResult::group);
        Stream<String> words = Pattern.compile("[a-z_]\\w*")
                .matcher(SELECTOR.matcher(expression).replaceAll("").replaceAll("by \\([^)]*\\)|\\[[^]]*]", ""))
                .results()
                .map(MatchResult::group)
                .filter(word -> !Set.of("sum", "rate", "changes", "absent", "max", "bool")
                        .contains(word));
        return Stream.concat(selectors, words).toList();
    }

    private static boolean selects(MatchResult selector, String series) {
        if (!series.matches(selector.group(1) + "[{ ].*")) {
            return false;
        }
        Map<String, String> labels = new HashMap<>();
        MATCHER.matcher(series).results().forEach(label -> labels.put(label.group(1), label.group(3)));
        return MATCHER.matcher(selector.group(2))
                .results()
                .filter(wanted -> !OF_THE_SCRAPE.contains(wanted.group(1)))
                .allMatch(wanted -> labels.containsKey(wanted.group(1))
                        && fits(wanted.group(2), wanted.group(3), labels.get(wanted.group(1))));
    }

    private static boolean fits(String operator, String wanted, String value) {
        boolean equal = operator.endsWith("~") ? value.matches(wanted) : value.equals(wanted);
        return operator.startsWith("!") != equal;
    }
}
