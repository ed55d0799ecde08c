package hello.docs;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.Repository;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each command that a person is told to type is run by a test, or it is said why none does. */
class CommandsTest {

    private static final String TABLE = Repository.read("tests/src/test/resources/commands.yaml");
    private static final String MAKEFILE = Repository.read("Makefile");

    @Test
    void eachCommandHasATestOrAReason() {
        assertThat(complaints(MAKEFILE, "", TABLE))
                .as("tests/src/test/resources/commands.yaml")
                .isEmpty();
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            Makefile | '##@ Checks'     | no test and no reason: make new    | 'new: ## a target\n##@ Checks'
            document | ''               | no test and no reason: make new    | '```console\n$ make new\n```'
            document | ''               | no test and no reason: make new -x | '  ```sh\n  $ a; make new -x  # x\n  ```'
            document | ''               | no test and no reason: a b c       | '```sh\n$ make up && a b \\\n    c\n```'
            table    | 'make down:'     | no test and no reason: make down   | 'make drown:'
            table    | 'make down:'     | nobody is told to type: make drown | 'make drown:'
            table    | UiIT#page        | no test UiIT#pages: make ui        | UiIT#pages
            table    | UiIT#page        | no test UIT#page: make ui          | UIT#page
            table    | UiIT#page        | HttpsIT#hosts runs no make ui      | HttpsIT#hosts
            table    | an editor        | no reason: vi gitops               | ""
            table    | 'why: an editor' | neither a test nor a reason: vi    | because they know it
            """)
    void differenceIsFound(String where, String right, String complaint, String wrong) {
        String text = wrong.replace("\\n", "\n").replace("\\\\", "\\");
        List<String> found = switch (where) {
            case "Makefile" -> complaints(MAKEFILE.replace(right, text), "", TABLE);
            case "document" -> complaints(MAKEFILE, text, TABLE);
            default -> complaints(MAKEFILE, "", TABLE.replace(right, text));
        };
        assertThat(found).anyMatch(sentence -> sentence.startsWith(complaint));
    }

    @Test
    void helpNamesEachTarget() {
        String help = Command.of("make", "-s", "help")
                .without(name -> name.startsWith("MAKE") || name.equals("MFLAGS"))
                .run()
                .orFail()
                .output();
        assertThat(help.lines().filter(line -> line.startsWith("  make ")).map(line -> line.split(" +")[2]))
                .containsExactlyInAnyOrderElementsOf(Commands.targets(MAKEFILE));
        assertThat(MAKEFILE.replaceAll("(?m)^[.].*|^\t.*|^[A-Z_]+ .*", "").lines())
                .as("each target has its word of help")
                .filteredOn(line -> line.matches("[a-z0-9-]+:.*"))
                .hasSameSizeAs(Commands.targets(MAKEFILE));
    }

    private static List<String> complaints(String makefile, String more, String table) {
        List<String> documents = Stream.concat(
                        LinksTest.documents().stream().map(file -> Repository.read(file.toString())), Stream.of(more))
                .toList();
        return new Commands(makefile, documents).complaints(table);
    }
}
