package hello.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The scanner, with a database that knows what a test planted and nothing else. It asks no network.
 *
 * @param program the scanner itself
 * @param folder an empty one, for the database
 */
record Grype(String program, Path folder) {

    /** The name of every finding. */
    static final String FINDING = "CVE-2026-99999";

    /**
     * Finds the scanner: where GRYPE says that it is, or else on the PATH. Where there is none the test is left out, as
     * to build it takes minutes.
     *
     * @param folder an empty one, for the database
     * @return the scanner
     */
    static Grype find(Path folder) {
        String told = System.getenv("GRYPE");
        if (told == null) {
            assumeTrue(
                    isThere("grype") && isThere("sqlite3"),
                    "left out: no grype or no sqlite3 on the PATH. The nightly run has both; GRYPE= takes the path of"
                            + " a grype that is elsewhere (go install github.com/anchore/grype/cmd/grype)");
            return new Grype("grype", folder);
        }
        assertThat(isThere(told)).as("GRYPE, '" + told + "', is a program").isTrue();
        return new Grype(told, folder);
    }

    private static boolean isThere(String program) {
        return Command.bash("command -v \"$1\"", program).run().exitCode() == 0;
    }

    /**
     * Takes the place of what the database knew.
     *
     * @param libraries what is vulnerable, in any version that there is, as GROUP:NAME
     * @param severity of the vulnerability
     * @param fixed whether a version is out that mends it
     */
    void knows(Set<String> libraries, String severity, boolean fixed) throws IOException {
        Path database = folder.resolve("vulnerability.db");
        Files.deleteIfExists(database);
        StringBuilder sql = new StringBuilder(Repository.read("tests/src/test/resources/vulnerabilities.sql"));
        sql.append(vulnerability(severity)).append(range(fixed));
        int id = 0;
        for (String library : libraries) {
            id++;
            sql.append("INSERT INTO packages VALUES (%d, 'java-archive', '%s');\n".formatted(id, library));
            sql.append("INSERT INTO affected_package_handles VALUES (%d, 1, NULL, %d, 2);\n".formatted(id, id));
        }
        Command.of("sqlite3", "-bail", database.toString())
                .input(sql.toString())
                .run()
                .orFail();
        run(folder, List.of("db", "import", database.toString())).orFail();
    }

    private static String vulnerability(String severity) {
        return """
                INSERT INTO blobs VALUES (1, '{"id": "%s", "severities": [{"scheme": "CHML", "value": "%s"}]}');
                INSERT INTO vulnerability_handles (id, name, status, provider_id, blob_id)
                  VALUES (1, '%1$s', 'active', 'planted', 1);
                """.formatted(FINDING, severity);
    }

    private static String range(boolean fixed) {
        return """
                INSERT INTO blobs VALUES (2, '{"ranges": [{"version": {"type": "maven", "constraint": "<99999"},
                  "fix": %s}]}');
                """.formatted(fixed ? "{\"version\": \"99999\", \"state\": \"fixed\"}" : "{\"state\": \"not-fixed\"}");
    }

    /**
     * Runs it.
     *
     * @param where the folder in which it looks for its settings
     * @param words the arguments
     * @return how it ended: by exit code 2 where it found what it was to fail on
     */
    CommandResult run(Path where, List<String> words) {
        return Command.of(Stream.concat(Stream.of(program), words.stream()).toArray(String[]::new))
                .in(where)
                .with(Map.of("GRYPE_DB_CACHE_DIR", folder.resolve("cache").toString()))
                .with(Map.of("GRYPE_DB_AUTO_UPDATE", "false", "GRYPE_DB_VALIDATE_AGE", "false"))
                .with(Map.of("GRYPE_CHECK_FOR_APP_UPDATE", "false"))
                .run();
    }

    /**
     * Tells where it found something.
     *
     * @param json its findings, as it writes them with {@code -o json}
     * @return what was planted and found, as GROUP:NAME
     */
    static Set<String> found(String json) {
        Set<String> names = new TreeSet<>();
        for (JsonElement match : list(JsonParser.parseString(json), "matches")) {
            for (JsonElement detail : list(match, "matchDetails")) {
                names.add(detail.getAsJsonObject()
                        .getAsJsonObject("searchedBy")
                        .getAsJsonObject("package")
                        .get("name")
                        .getAsString());
            }
        }
        return names;
    }

    private static JsonArray list(JsonElement object, String name) {
        return object.getAsJsonObject().getAsJsonArray(name);
    }
}
