package hello.e2e;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What was measured for each promise, on each version of Kubernetes that was tried. Its home is docs/promises.md,
 * between two markers; README has a few rows of one version between the same markers.
 */
final class PromiseTable {

    /** The cell of a promise that was not tried on a version. */
    static final String NOT_TRIED = "–";

    private static final Pattern SECTION = Pattern.compile("(?s)(?<=<!-- e2e -->\n).*(?=<!-- /e2e -->)");
    private static final Pattern README_HEADER = Pattern.compile("\\| promise \\| measured on Kubernetes (\\S+) \\|");
    /** Cells before those of the versions: the promise and its test. */
    private static final int FIRST_VERSION = 2;

    /** By version, then by the promise's text. */
    private final SortedMap<String, Map<String, String>> columns;

    private PromiseTable(Map<String, Map<String, String>> columns) {
        this.columns = new TreeMap<>(Comparator.comparing(PromiseTable::comparable));
        this.columns.putAll(columns);
    }

    /**
     * Reads the table.
     *
     * @param document the text of docs/promises.md
     * @return its numbers
     * @throws IllegalArgumentException when the markers are not there, or a row has not as many cells as its header
     */
    static PromiseTable parse(String document) {
        Map<String, Map<String, String>> columns = new HashMap<>();
        List<String> header = List.of();
        for (String line : section(document).lines().toList()) {
            if (!line.startsWith("| ")) {
                continue;
            }
            List<String> cells = cells(line);
            if (cells.getFirst().equals("promise")) {
                header = cells;
            } else if (cells.size() != header.size()) {
                throw new IllegalArgumentException("not as many cells as the header has: " + line);
            }
            for (int i = FIRST_VERSION; i < header.size(); i++) {
                Map<String, String> column = columns.computeIfAbsent(header.get(i), version -> new HashMap<>());
                if (cells != header && !cells.get(i).equals(NOT_TRIED)) {
                    column.put(cells.getFirst(), cells.get(i));
                }
            }
        }
        return new PromiseTable(columns);
    }

    /** The versions, oldest first. */
    List<String> versions() {
        return List.copyOf(columns.keySet());
    }

    /** What was measured, or {@link #NOT_TRIED}. */
    String measured(String version, String promise) {
        return columns.getOrDefault(version, Map.of()).getOrDefault(promise, NOT_TRIED);
    }

    /**
     * Takes in a run. No other version's numbers change.
     *
     * @param version the version of Kubernetes; a patch of a minor version takes the place of another patch of it
     * @param measured what was measured, by the promise's text
     * @return the table with the run's numbers; where the run has none, that very version keeps those it had
     */
    PromiseTable with(String version, Map<String, String> measured) {
        Map<String, Map<String, String>> next = new HashMap<>(columns);
        next.keySet().removeIf(other -> minor(other).equals(minor(version)));
        Map<String, String> column = new HashMap<>(columns.getOrDefault(version, Map.of()));
        measured.forEach((promise, numbers) -> column.put(promise, plain(numbers)));
        next.put(version, column);
        return new PromiseTable(next);
    }

    /**
     * Writes the table into docs/promises.md.
     *
     * @param document its text
     * @param promises the promises in order
     * @return the text with a row for each promise, and no other, between the markers
     */
    String into(String document, List<Promise> promises) {
        StringBuilder text = new StringBuilder();
        String header = row("promise", "test", versions()) + "|" + "---|".repeat(FIRST_VERSION + columns.size()) + "\n";
        RunOrder.Heading heading = null;
        for (Promise promise : promises) {
            if (promise.heading() != heading) {
                heading = promise.heading();
                text.append("\n## ").append(heading.text).append("\n\n").append(header);
            }
            List<String> numbers = columns.keySet().stream()
                    .map(version -> measured(version, promise.text()))
                    .toList();
            text.append(row(promise.text(), "`" + promise.test() + "`", numbers));
        }
        return replaceSection(document, text + "\n");
    }

    /**
     * Writes a version's numbers into README.
     *
     * @param readme its text, whose first cells say which promises it shows
     * @param version the version of Kubernetes
     * @return the text with that version's numbers in the second cells
     */
    String intoReadme(String readme, String version) {
        String rows = readmeRows(readme).keySet().stream()
                .map(promise -> "| " + promise + " | " + measured(version, promise) + " |\n")
                .collect(Collectors.joining());
        return replaceSection(readme, "| promise | measured on Kubernetes " + version + " |\n|---|---|\n" + rows);
    }

    /** The version whose numbers README shows, empty when its header says none. */
    static String readmeVersion(String readme) {
        Matcher matcher = README_HEADER.matcher(section(readme));
        return matcher.find() ? matcher.group(1) : "";
    }

    /** README's rows: the promise's text and the number. */
    static Map<String, String> readmeRows(String readme) {
        return section(readme)
                .lines()
                .skip(2)
                .filter(line -> line.startsWith("| "))
                .map(PromiseTable::cells)
                .collect(Collectors.toMap(
                        List::getFirst, List::getLast, (one, other) -> other, java.util.LinkedHashMap::new));
    }

    private static String section(String document) {
        Matcher matcher = SECTION.matcher(document);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no lines <!-- e2e --> and <!-- /e2e -->");
        }
        return matcher.group();
    }

    private static String replaceSection(String document, String text) {
        section(document); // which must be there
        return SECTION.matcher(document).replaceFirst(Matcher.quoteReplacement(text));
    }

    private static List<String> cells(String line) {
        return Arrays.asList(
                line.replaceFirst("^\\| ", "").replaceFirst(" \\|$", "").split(" \\| "));
    }

    private static String row(String promise, String test, List<String> numbers) {
        return "| " + promise + " | " + test + " | " + String.join(" | ", numbers) + " |\n";
    }

    /** A cell can hold neither a bar nor the end of a line. */
    private static String plain(String numbers) {
        return numbers.replace('|', '/').replace('\n', ' ');
    }

    private static String minor(String version) {
        return version.replaceFirst("\\.\\d+$", "");
    }

    /** Version numbers as text that sorts as they do. */
    private static String comparable(String version) {
        return Arrays.stream(version.split("\\."))
                .map(number -> "0".repeat(Math.max(0, 6 - number.length())) + number)
                .collect(Collectors.joining("."));
    }
}
