package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hello.e2e.Promises.Row;
import hello.e2e.Promises.Verdict;
import hello.support.Repository;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The tests on the cluster, docs/promises.md and README say the same, and a run never spoils what was measured before.
 */
class PromisesTest {

    private static final String DOCUMENT = Repository.read("docs/promises.md");
    private static final String README = Repository.read("README.md");
    private static final int README_ROWS = 6;

    @Test
    void documentsAndTestsAgree() {
        assertThat(complaints(DOCUMENT, README)).isEmpty();
    }

    /** One difference each, planted where it would be made; a fault that is not in the text fails, too. */
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
            docs   | load adds pods | load adds some pods | lacks: ¦ load adds pods ¦ `ScaleOutIT#out` ¦
            docs   | load adds pods | load adds some pods | has too much: ¦ load adds some pods ¦
            docs   | ScaleOutIT#out | ScaleInIT#out | lacks: ¦ load adds pods ¦ `ScaleOutIT#out` ¦
            docs   | ## Load | ## Scaling | lacks: ## Load
            docs   | ## Load | '' | lacks: ## Load
            docs   | ' 1.34.4 ¦ ' | ' 1.38.4 ¦ ' | lacks: ¦ promise ¦ test ¦ 1.35
            README | load adds pods | load adds some pods | shows what is no promise: load adds some pods
            README | 200, 200, 404 | 200, 200, 200 | README.md has '200, 200, 200' for
            README | on Kubernetes 1. | on Kubernetes 9. | README.md's version, 9.
            README | <!-- /e2e --> | '¦ bootstrap ¦ 3 s ¦\n<!-- /e2e -->' | shows 7 promises, not 6
            """)
    void plantedDifferenceIsFound(String file, String right, String wrong, String complaint) {
        String before = file.equals("docs") ? DOCUMENT : README;
        String after = before.replace(bars(right), bars(wrong));
        assertThat(after).as("planted").isNotEqualTo(before);
        assertThat(file.equals("docs") ? complaints(after, README) : complaints(DOCUMENT, after))
                .anySatisfy(found -> assertThat(found).contains(bars(complaint)));
    }

    /** The bar is the column's end in the tables of this class. */
    private static String bars(String text) {
        return text.replace('¦', '|').replace("\\n", "\n");
    }

    @Test
    void rowsInAnotherOrderAreFound() {
        List<String> rows =
                DOCUMENT.lines().filter(line -> line.contains("DriftIT#")).toList();
        String swapped = DOCUMENT.replace(rows.get(0) + "\n" + rows.get(1), rows.get(1) + "\n" + rows.get(0));
        assertThat(complaints(swapped, README)).containsExactly("docs/promises.md has its rows in another order");
    }

    @Test
    void everyClassOnTheClusterIsInTheRunOnce() throws URISyntaxException {
        Path classes = Path.of(
                        PromisesTest.class.getResource("PromisesTest.class").toURI())
                .getParent();
        assertThat(RunOrder.CLASSES)
                .extracting(entry -> entry.type().getSimpleName() + ".class")
                .containsExactlyInAnyOrderElementsOf(Repository.find(classes, ".*/\\w+IT\\.class").stream()
                        .map(file -> file.getFileName().toString())
                        .toList());
        assertThat(RunOrder.CLASSES)
                .allSatisfy(entry -> assertThat(entry.type()).hasAnnotation(ClusterTest.class));
    }

    @Test
    void runChangesItsOwnColumnOnly() {
        PromiseTable table = PromiseTable.parse(DOCUMENT);
        String version = table.versions().getFirst();
        PromiseTable next = table.with("1.99.0", Map.of("load adds pods", "one | two\nthree"));
        assertThat(next.versions()).endsWith("1.99.0").containsAll(table.versions());
        assertThat(next.measured("1.99.0", "load adds pods")).isEqualTo("one / two three");
        String document = next.into(DOCUMENT, Promise.all());
        assertThat(PromiseTable.parse(document).into(document, Promise.all())).isEqualTo(document);
        for (Promise promise : Promise.all()) {
            assertThat(PromiseTable.parse(document).measured(version, promise.text()))
                    .isEqualTo(table.measured(version, promise.text()));
        }
    }

    @Test
    void newPatchTakesThePlaceOfTheFormerOne() {
        PromiseTable table = PromiseTable.parse(DOCUMENT).with("1.99.9", Map.of("load adds pods", "old"));
        assertThat(table.with("1.99.9", Map.of()).measured("1.99.9", "load adds pods"))
                .isEqualTo("old");
        PromiseTable next = table.with("1.99.10", Map.of());
        assertThat(next.versions()).contains("1.99.10").doesNotContain("1.99.9");
        assertThat(next.measured("1.99.10", "load adds pods")).isEqualTo(PromiseTable.NOT_TRIED);
    }

    @Test
    void readmeTakesTheNumbersOfARun() {
        PromiseTable table = PromiseTable.parse(DOCUMENT).with("1.99.0", Map.of("load adds pods", "at once"));
        String readme = table.intoReadme(README, "1.99.0");
        assertThat(PromiseTable.readmeVersion(readme)).isEqualTo("1.99.0");
        assertThat(PromiseTable.readmeRows(readme)).hasSize(README_ROWS).containsEntry("load adds pods", "at once");
    }

    @Test
    void onlyAWholeRunThatKeptAllIsWritten() {
        List<Row> rows = kept(promise -> !promise.nightly());
        assertThat(Promises.reasonNotToWrite(Promise.all(), rows)).isEmpty();
        Row last = rows.removeLast();
        assertThat(Promises.reasonNotToWrite(Promise.all(), rows))
                .get()
                .asString()
                .contains("a run of all promises");
        assertThat(Promises.reasonNotToWrite(Promise.all(), List.of(last))).isPresent();
        rows.add(new Row(last.promise(), "", Verdict.BROKEN, 1));
        assertThat(Promises.reasonNotToWrite(Promise.all(), rows)).contains("broken promises: 1");
    }

    @Test
    void nightlyClassIsARunOfItsOwn() {
        List<Row> rows = kept(promise -> promise.isOf(SoakIT.class));
        assertThat(Promises.reasonNotToWrite(Promise.all(), rows)).isEmpty();
        rows.removeLast();
        assertThat(Promises.reasonNotToWrite(Promise.all(), rows)).isPresent();
    }

    private static List<Row> kept(Predicate<Promise> which) {
        return new ArrayList<>(Promise.all().stream()
                .filter(which)
                .map(promise -> new Row(promise.text(), "1 s", Verdict.KEPT, 1))
                .toList());
    }

    @Test
    void documentWithoutMarkersOrCellsIsNotWritten() {
        assertThatThrownBy(() -> PromiseTable.parse("no markers")).isInstanceOf(IllegalArgumentException.class);
        String torn = DOCUMENT.replaceFirst("(?m)^(\\| load adds pods \\|.*) \\| .* \\|$", "$1 |");
        assertThatThrownBy(() -> PromiseTable.parse(torn))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("load adds pods");
    }

    /** Where documents and tests differ, in words. */
    private static List<String> complaints(String document, String readme) {
        List<String> complaints = new ArrayList<>();
        PromiseTable table = PromiseTable.parse(document);
        String expected = table.into(document, Promise.all());
        List<String> lines = document.lines().toList();
        expected.lines()
                .filter(line -> !lines.contains(line))
                .forEach(line -> complaints.add("docs/promises.md lacks: " + line));
        lines.stream()
                .filter(line -> expected.lines().noneMatch(line::equals))
                .forEach(line -> complaints.add("docs/promises.md has too much: " + line));
        if (complaints.isEmpty() && !expected.equals(document)) {
            complaints.add("docs/promises.md has its rows in another order");
        }
        String version = PromiseTable.readmeVersion(readme);
        if (!table.versions().contains(version)) {
            complaints.add("README.md's version, " + version + ", has no column in docs/promises.md");
        }
        Map<String, String> rows = PromiseTable.readmeRows(readme);
        if (rows.size() != README_ROWS) {
            complaints.add("README.md shows " + rows.size() + " promises, not " + README_ROWS);
        }
        rows.forEach(
                (promise, number) -> complaints.addAll(complaints(table.measured(version, promise), promise, number)));
        return complaints;
    }

    private static List<String> complaints(String measured, String promise, String number) {
        if (Promise.all().stream().noneMatch(each -> each.text().equals(promise))) {
            return List.of("README.md shows what is no promise: " + promise);
        }
        return number.equals(measured) && !number.equals(PromiseTable.NOT_TRIED)
                ? List.of()
                : List.of("README.md has '" + number + "' for '" + promise + "', docs/promises.md '" + measured + "'");
    }
}
