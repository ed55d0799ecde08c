package hello.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hello.support.Repository;
import hello.support.Symptom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/troubleshooting.md quotes is what a person is shown: a test provokes it, and compares. */
class SymptomsTest {

    private static final String RESOURCES = "tests/src/test/resources/";
    private static final String DOCUMENT = Repository.read(Symptom.DOCUMENT);
    private static final String TABLE = Repository.read(RESOURCES + "symptoms.yaml");
    private static final Pattern FILE = Pattern.compile("[\\w/-]+\\.yaml");

    @Test
    void eachRowIsProvokedOrSaysWhyNot() {
        assertThat(Symptoms.complaints(DOCUMENT, TABLE, SymptomsTest::source))
                .as(RESOURCES + "symptoms.yaml")
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            test     | no way to Argo CD  | no door to Argo CD | NoWay does not see: there is no way to Argo CD
            test     | connections are open on | ones are open on | ForEachPort does not see: … connections are
            test     | NO_PROXY lacks     | NO_PROXY has       | WhatToDo does not see: NO_PROXY lacks
            test     | 'void nothingChangesIt' | 'void nothing' | no test FreezeTest#nothingChangesIt: frozen since
            document | no way to Argo CD  | no door to Argo CD | in 0 rows: there is no way to Argo CD
            document | no way to Argo CD  | no door to Argo CD | 0 entries: `make ui`: `there is no door to Argo CD`
            document | denied request     | was denied         | children does not see: ValidatingAdm
            document | load adds no pods  | unchanged reverted | in 2 rows: unchanged reverted
            table    | load adds no       | 'load: {why: it}\\nload adds no' | 2 entries: load adds no pods
            table    | order names        | order              | in 2 rows: order
            table    | '{provoked: UiTest#' | '{why: ""} #' | no reason: there is no way to Argo CD
            table    | 'provoked: UiTest' | 'seen: UiTest'     | has [seen] instead of [provoked]: there is no way
            """)
    void differenceIsFound(String where, String right, String wrong, String complaint) {
        String text = wrong.replace("\\n", "\n");
        String document = where.equals("document") ? DOCUMENT.replace(right, wrong) : DOCUMENT;
        String table = where.equals("table") ? TABLE.replace(right, text) : TABLE;
        assertThat(Symptoms.complaints(
                        document,
                        table,
                        type -> where.equals("test") ? source(type).replace(right, wrong) : source(type)))
                .anyMatch(sentence -> sentence.contains(complaint));
    }

    @Test
    void textThatNobodyIsShownIsNoticed() {
        Symptom order = Symptom.of("order: gitops/environments/order names '…', and there is no folder …");
        order.isIn("\norder: gitops/environments/order names 'qa', and there is no folder gitops/environments/qa\n");
        Symptom.of("Error configuring TLS … secret … does not exist")
                .isIn("\033[1mError configuring TLS\033[0m error=\033[1m\"secret a/b does not\nexist\"\033[0m");
        assertThatThrownBy(() -> order.isIn("order: gitops/environments/order has 'qa', and there is no folder x"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("has 'qa'");
        assertThatThrownBy(() -> Symptom.of("order: which stop? …")).isInstanceOf(IllegalArgumentException.class);
    }

    /** With the files of src/test/resources that it names, as they have what some tests plant. */
    private static String source(String type) {
        String source = String.join("\n", Commands.sources(type));
        return Stream.concat(
                        Stream.of(source),
                        FILE.matcher(source)
                                .results()
                                .map(file ->
                                        Repository.path(RESOURCES + file.group().replaceFirst("^.*/resources/", "")))
                                .filter(Files::isRegularFile)
                                .map((Path file) -> Repository.read(file)))
                .collect(Collectors.joining("\n"));
    }
}
