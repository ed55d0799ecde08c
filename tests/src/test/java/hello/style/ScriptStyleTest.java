package hello.style;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The repository's scripts are read downwards, not across; and what is against that is noticed. */
class ScriptStyleTest {

    @Test
    void scriptsAreReadDownwards() {
        List<Path> scripts = scripts();
        assertThat(scripts)
                .contains(
                        Repository.path("gitops/bump"),
                        Repository.path("gitops/branch.sh"),
                        Repository.path("local/up"),
                        Repository.path(".ci/run"));
        assertThat(scripts.stream()
                        .flatMap(script -> ScriptStyle.complaints(Repository.read(script)).stream()
                                .map(complaint -> Repository.ROOT.relativize(script) + ":" + complaint)))
                .isEmpty();
    }

    /** One fault each; {@code \n} is a new line. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `a && b && c`                           | 1: a chain of commands
            `true\\na || { b; c; }`                 | 2: a chain of commands
            `a; b; c`                               | 1: a chain of commands
            `f() { a; b && c; }`                    | 1: a chain of commands
            `a || { b; c; }`                        | 1: a chain of commands
            `a && b || truer`                       | 1: a chain of commands
            `[[ a && b ]] && c || d`                | 1: a chain of commands
            `if a && b || c; then`                  | 1: a chain of commands
            `a=$(b; c; d)`                          | 1: a chain of commands
            `a "$(b "$x" && c || d)"`               | 1: a chain of commands
            `cat <<END\\nx\\nEND\\na && b && c`     | 4: a chain of commands
            `echo ${a#b} ${#c} && d && e`           | 1: a chain of commands
            `x=$((2 * (3 + 1))) && b && c`          | 1: a chain of commands
            """)
    void chainIsNoticed(String script, String complaint) {
        assertThat(ScriptStyle.complaints(script.replace("\\n", "\n")))
                .singleElement()
                .asString()
                .startsWith(complaint);
    }

    @Test
    void wideLineIsNoticed() {
        assertThat(ScriptStyle.complaints("# " + "é".repeat(98) + "\n")).isEmpty();
        assertThat(ScriptStyle.complaints("\n# " + "é".repeat(99) + "\n"))
                .containsExactly("2: 101 columns wide, 100 are the most");
    }

    @Test
    void longFunctionIsNoticed() {
        assertThat(ScriptStyle.complaints("f() {\n" + "  a\n".repeat(25) + "}\ng() {\n  b\n}\n"))
                .isEmpty();
        assertThat(ScriptStyle.complaints("a\nf() {\n" + "  a\n".repeat(26) + "}\n"))
                .containsExactly("2: function f has 26 lines, 25 are the most");
        assertThat(ScriptStyle.complaints("f() (\n" + "  a\n".repeat(26) + ")\n"))
                .containsExactly("1: function f has 26 lines, 25 are the most");
    }

    /** What has such characters, but joins no commands. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "if a && b; then",
                "if a; then b; fi",
                "f() { a || b; }",
                "a && b || true",
                "[[ a && b || c ]] || d",
                "while a || b; do",
                "for ((i = 0; i < 3; i++)); do",
                "a || die \"x; y && z\"",
                "awk '{ a; b; c }' && d # it; is; so",
                "awk '\n  a; b; c\n' <<<\"$x\"",
                "cat <<'END' && b\na; b; c; d\nEND",
                "case $a in\n  b) c ;;\n  (d) e ;;\nesac",
                "a=${b//;;/;}; c",
                "echo \"$(a \"${b:-;;}\")\" \\; \\; ; c",
                "x=$((a << 1 && b || c))"
            })
    void whatIsNoChainIsLeftAlone(String script) {
        assertThat(ScriptStyle.complaints(script)).isEmpty();
    }

    /** All that begins as a script of a shell, or is read by one. */
    static List<Path> scripts() {
        Stream<String> files = Command.of("git", "ls-files", "--cached", "--others", "--exclude-standard")
                .run()
                .orFail()
                .output()
                .lines();
        return files.map(Repository::path)
                .filter(Files::isRegularFile)
                .filter(file -> !file.toString().matches(".*\\.(java|md|jar|webp)"))
                .filter(file -> file.toString().endsWith(".sh")
                        || Repository.read(file).lines().findFirst().orElse("").matches("#!.*\\b(ba)?sh"))
                .toList();
    }
}
