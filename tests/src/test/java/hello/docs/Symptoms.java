package hello.docs;

import hello.support.Symptom;
import hello.support.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rows of docs/troubleshooting.md, held against the table that says which test provokes each. */
final class Symptoms {

    /** What somebody types, or a word that is no text by itself. */
    private static final Pattern TYPED = Pattern.compile("(?:make|minikube|curl) .*|git \\w+ cluster|[^ ]+");

    /** What stands for a name, a number, or anything, where a test has the words between alone. */
    private static final Pattern GAP = Pattern.compile("…|'[^']*'|\\bNAME\\b|\\d+|\\{}");

    private final UnaryOperator<String> sources;
    private final List<String> complaints = new ArrayList<>();

    private Symptoms(UnaryOperator<String> sources) {
        this.sources = sources;
    }

    /**
     * Compares.
     *
     * @param document text of docs/troubleshooting.md
     * @param table text of symptoms.yaml: by words that are in the first cell of one row, a test or a reason
     * @param sources gives the text of a test class, and of the files that it reads, by its name
     * @return a sentence for each row without an entry, entry without a row, and test that does not see what is quoted
     */
    static List<String> complaints(String document, String table, UnaryOperator<String> sources) {
        Symptoms symptoms = new Symptoms(sources);
        Map<String, Object> entries = Yaml.document(table);
        List<String> rows = Symptom.rows(document).toList();
        entries.forEach((words, entry) -> {
            List<String> of = rows.stream().filter(row -> row.contains(words)).toList();
            if (of.size() == 1) {
                symptoms.compare(words, of.getFirst(), Yaml.map(entry));
            } else {
                symptoms.complaints.add("in " + of.size() + " rows: " + words);
            }
        });
        for (String row : rows) {
            long count = entries.keySet().stream().filter(row::contains).count();
            if (count != 1) {
                symptoms.complaints.add(count + " entries: " + row);
            }
        }
        return symptoms.complaints;
    }

    private void compare(String words, String row, Map<String, Object> entry) {
        if (entry.keySet().equals(Set.of("why"))) {
            if (entry.get("why").toString().isBlank()) {
                complaints.add("no reason: " + words);
            }
            return;
        }
        List<String> texts = Symptom.quoted(row)
                .filter(text -> !TYPED.matcher(text).matches())
                .toList();
        Set<String> keys = texts.isEmpty() ? Set.of("provoked", "shows") : Set.of("provoked");
        if (!entry.keySet().equals(keys)) {
            complaints.add("has " + entry.keySet() + " instead of " + keys + ": " + words);
            return;
        }
        String test = entry.get("provoked").toString();
        String source = sources.apply(test.split("#")[0]);
        Matcher method = Pattern.compile("(?m)^    void " + test.replaceFirst(".*#", "") + "\\(")
                .matcher(source);
        if (!method.find()) {
            complaints.add("no test " + test + ": " + words);
        }
        texts.stream()
                .filter(text -> !holds(source, text))
                .forEach(text -> complaints.add(test + " does not see: " + text));
        if (texts.isEmpty() && !source.contains(entry.get("shows").toString())) {
            complaints.add(test + " does not see: " + entry.get("shows"));
        }
    }

    /** The document's text itself, for {@link Symptom}; where that is out of reach, each of its words. */
    private static boolean holds(String source, String text) {
        if (source.contains("Symptom")) {
            return source.contains(text);
        }
        return Stream.of(GAP.split(text)).map(String::strip).allMatch(source::contains);
    }
}
