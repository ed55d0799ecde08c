package hello.environments;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code gitops/order}: which environment comes after which, and what a wrong file is answered with. */
class OrderTest {

    private static final Path ENVIRONMENTS = Repository.path("gitops/environments");
    private static final String THREE = "# the way\nstaging\n  qa # on trial\n\nproduction\n";

    @TempDir
    private Path folder;

    @Test
    void thisRepositorysOrderIsRight() throws IOException {
        List<String> folders = Repository.list(ENVIRONMENTS).stream()
                .filter(Files::isDirectory)
                .map(path -> path.getFileName().toString())
                .toList();
        commit(Files.readString(ENVIRONMENTS.resolve("order")), folders.toArray(String[]::new));
        assertThat(order("all HEAD").orFail().output().lines()).containsExactlyInAnyOrderElementsOf(folders);
    }

    @Test
    void commentsAndEmptyLinesAreNoNames() throws IOException {
        commit(THREE, "demo", "production", "qa", "staging");
        assertThat(order("line HEAD").orFail().output()).isEqualTo("staging\nqa\nproduction\n");
        assertThat(order("first HEAD").orFail().output()).isEqualTo("staging\n");
        assertThat(order("all HEAD").orFail().output()).isEqualTo("staging\nqa\nproduction\ndemo\n");
    }

    /** FROM, TO, and what they become; demo is off the line. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            '',         qa,         staging qa
            '',         production, qa production
            staging,    '',         staging qa
            qa,         '',         qa production
            staging,    production, staging production
            staging,    demo,       staging demo
            demo,       production, demo production
            """)
    void theOneThatIsNotSaidIsTheNeighbour(String from, String to, String expected) throws IOException {
        commit(THREE, "demo", "production", "qa", "staging");
        assertThat(step(from, to).orFail().line()).isEqualTo(expected);
    }

    @Test
    void ofTwoNoneNeedBeSaid() throws IOException {
        commit("staging\nproduction\n", "production", "staging");
        assertThat(step("", "").orFail().line()).isEqualTo("staging production");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''         | ''         | say TO=, one of: qa production
            ''         | staging    | nothing comes before staging
            production | ''         | nothing comes after production
            ''         | demo       | nothing comes before demo
            demo       | ''         | nothing comes after demo
            production | qa         | qa does not come after production
            qa         | qa         | qa does not come after qa
            qa         | nowhere    | there is no environment 'nowhere'
            $(id)      | qa         | there is no environment '$(id)'
            """)
    void otherStepsAreRefused(String from, String to, String why) throws IOException {
        commit(THREE, "demo", "production", "qa", "staging");
        refused(step(from, to), why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            staging\\nprodction            | names 'prodction', and there is no folder gitops/environments/prodction
            staging\\nproduction\\nstaging | names 'staging' twice
            staging production            | names 'staging production', and there is no folder
            # nothing                     | names no environment
            ../staging                    | names '../staging', and there is no folder
            """)
    void wrongFilesAreRefused(String text, String why) throws IOException {
        commit(text.replace("\\n", "\n") + "\n", "production", "staging");
        refused(order("first HEAD"), "gitops/environments/order " + why);
    }

    @Test
    void missingFileOrCommitIsNamed() throws IOException {
        commit("", "staging");
        refused(order("first HEAD~1"), "'HEAD~1' has no folder gitops/environments");
        refused(order("frist HEAD"), "names no environment");
    }

    @Test
    void misspeltNameIsPutRight() throws IOException {
        commit("staging\nprodction\n", "production", "staging");
        Symptom.of("order: gitops/environments/order names '…', and there is no folder …")
                .isIn(order("first HEAD").errors());
        run("printf 'staging\\nproduction\\n' >gitops/environments/order; git commit -qam Right")
                .orFail();
        order("first HEAD").orFail();
    }

    @Test
    void stepFromTheThirdEnvironmentOnIsSaid() throws IOException {
        commit(THREE, "production", "qa", "staging");
        Symptom.of("order: which step? …").isIn(step("", "").errors());
        step("", "qa").orFail();
    }

    private void refused(CommandResult result, String why) {
        assertThat(result.exitCode()).as(result.toString()).isOne();
        assertThat(result.output()).isEmpty();
        assertThat(result.errors()).contains(why, "\n  next: ");
    }

    private CommandResult step(String from, String to) {
        return order("step HEAD '" + from + "' '" + to + "'");
    }

    private CommandResult order(String arguments) {
        return run("'" + Repository.path("gitops/order") + "' " + arguments);
    }

    /** A repository whose second commit has these environments and this file. */
    private void commit(String order, String... environments) throws IOException {
        run("git init -q -b main; git commit -q --allow-empty -m None").orFail();
        for (String environment : environments) {
            Path values =
                    folder.resolve("gitops/environments").resolve(environment).resolve("values.yaml");
            Files.createDirectories(values.getParent());
            Files.createFile(values);
        }
        Files.writeString(folder.resolve("gitops/environments/order"), order);
        run("git add .; git commit -q -m Environments").orFail();
    }

    private CommandResult run(String script) {
        return Command.bash(script)
                .in(folder)
                .without(name -> name.startsWith("GIT_"))
                .with("GIT_CONFIG_GLOBAL", "/dev/null")
                .with("GIT_AUTHOR_NAME", "Ada")
                .with("GIT_AUTHOR_EMAIL", "ada@example.org")
                .with("GIT_COMMITTER_NAME", "Ada")
                .with("GIT_COMMITTER_EMAIL", "ada@example.org")
                .run();
    }
}
