package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dated list of vulnerabilities that no release waits for, and what the scanner is told of it. */
class AcceptedVulnerabilitiesTest {
    private static final String SCRIPT = ".github/scripts/accepted-vulnerabilities";
    private static final String LIST = ".github/accepted-vulnerabilities.txt";

    @TempDir
    private Path root;

    private ScriptClone clone;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
    }

    @Test
    void theListOfThisRepositoryIsRead() {
        assertThat(clone.run(SCRIPT).orFail().output()).startsWith("ignore:");
    }

    @Test
    void vulnerabilityIsLeftOutUntilItsDay() throws IOException {
        list("# a comment", "", "CVE-2020-1 2020-01-31 too late", "CVE-2999-2 2099-12-31 nobody calls it: \"x\"");
        CommandResult result = clone.run(SCRIPT).orFail();
        assertThat(Yaml.document(result.output()))
                .isEqualTo(Map.of("ignore", List.of(Map.of("vulnerability", "CVE-2999-2"))));
        assertThat(result.errors()).contains("CVE-2020-1 was accepted until 2020-01-31, and counts again");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            log4j 2099-12-31 why        | log4j' is no CVE-… or GHSA-…
            CVE-2026-1 soon why         | soon' is no day
            CVE-2026-1 2099-12-31       | nothing says why
            CVE-2026-1                  | is no day
            """)
    void incompleteLineIsRefused(String line, String why) throws IOException {
        list(line);
        clone.refused(SCRIPT, why);
        clone.refused(SCRIPT, "a line is: VULNERABILITY YYYY-MM-DD WHY");
    }

    private void list(String... lines) throws IOException {
        Files.write(root.resolve("clone").resolve(LIST), List.of(lines));
    }
}
