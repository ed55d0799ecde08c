package hello.bump;

import static org.assertj.core.api.Assertions.assertThat;

import hello.bump.Sandbox.Image;
import hello.support.CommandResult;
import hello.support.Symptom;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a frozen environment's image.yaml says, who respects it, and how it ends. */
class FreezeTest {

    private static final String FREEZE = "freeze' staging --why 'The audit: #7, until Friday' --remote line";

    @TempDir
    private Path root;

    private Sandbox sandbox;
    private Image one;
    private String before;

    @BeforeEach
    void anEnvironmentWithAnImage() {
        sandbox = Sandbox.make(root);
        one = Image.of(commit("One"));
        outcome(sandbox.bump("workflow", "line", one), "bumped");
        before = file();
    }

    @Test
    void fileSaysSinceWhenByWhomAndWhy() {
        String head = sandbox.head();
        outcome(script(FREEZE), "frozen");
        Map<String, Object> frozen = Yaml.mapAt(Yaml.document(file()), "frozen");
        assertThat(frozen)
                .containsEntry("revision", head)
                .containsEntry("by", "Ada")
                .containsEntry("why", "The audit: #7, until Friday");
        assertThat(frozen.get("since").toString()).matches("[-0-9]{10} [0-9:]{5} UTC");
        assertThat(file()).startsWith(before);
        assertThat(sandbox.must("git -C remote.git log -1 --format=%B main"))
                .isEqualTo("staging: frozen (The audit: #7, until Friday)");
    }

    @Test
    void nothingChangesIt() {
        outcome(script(FREEZE), "frozen");
        String frozen = file();
        CommandResult bump = outcome(sandbox.bump("workflow", "line", Image.of(commit("Two"))), "unchanged frozen");
        Symptom.of("unchanged frozen: … is frozen since …").isIn(bump.line());
        assertThat(bump.line())
                .startsWith("unchanged frozen: staging ")
                .endsWith(" UTC by Ada: The audit: #7, until Friday; make thaw ENV=staging (gitops/thaw) ends that");
        outcome(script(FREEZE.replace("audit", "sale")), "unchanged frozen");
        CommandResult rollback = outcome(sandbox.rollback("workflow", "line"), "failed");
        assertThat(rollback.errors()).contains("staging is frozen since", "First: make thaw ENV=staging");
        assertThat(file()).isEqualTo(frozen);
    }

    @Test
    void thawLeavesNothingOfIt() {
        outcome(script("thaw' staging --remote line"), "unchanged same");
        outcome(script(FREEZE), "frozen");
        outcome(script("thaw' staging --remote line"), "thawed");
        assertThat(file()).isEqualTo(before);
        outcome(sandbox.bump("workflow", "line", Image.of(commit("Two"))), "bumped");
        outcome(sandbox.rollback("workflow", "line"), "reverted");
        assertThat(sandbox.image()).contains(one);
        outcome(sandbox.bump("workflow", "line", one), "unchanged same");
    }

    @Test
    void peoplesLinesBesideItStay() {
        sandbox.must(sandbox.person("printf '# no end' >>" + Sandbox.FILE + "; git commit -q -a -m Note"));
        outcome(script(FREEZE), "frozen");
        sandbox.must(sandbox.person("echo '# kept' >>" + Sandbox.FILE + "; git commit -q -a -m Note"));
        outcome(script("thaw' staging --remote line"), "thawed");
        assertThat(file()).isEqualTo(before + "\n# no end\n# kept");
    }

    @Test
    void freezeThatIsFasterWins() {
        Image two = Image.of(commit("Two"));
        sandbox.between(script(FREEZE.replace("line", "../remote.git")));
        outcome(sandbox.bump("workflow", "line", two), "unchanged frozen");
        assertThat(file()).contains(one.digest());
    }

    @Test
    void freezeAfterABumpHoldsThatBump() {
        Image two = Image.of(commit("Two"));
        sandbox.between(sandbox.bump("workflow", "../remote.git", two));
        outcome(script(FREEZE), "frozen");
        String revision = Yaml.at(Yaml.document(file()), "frozen", "revision").toString();
        assertThat(sandbox.image(revision)).contains(two);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            staging                         | --why '' is not one line
            staging --why 'say "no"'        | is not one line of at most 200 characters
            staging --why 'a\\b'            | is not one line of at most 200 characters
            staging --why $'two\\nlines'    | is not one line of at most 200 characters
            staging --why $(printf %0201d 1) | is not one line of at most 200 characters
            production --why x              | production has no image on main
            nowhere --why x                 | main has no environment nowhere
            """)
    void wrongArgumentsAreToldApart(String arguments, String why) {
        CommandResult result = outcome(script("freeze' --remote line " + arguments), "failed");
        assertThat(result.errors()).contains(why);
        assertThat(file()).isEqualTo(before);
    }

    private String script(String command) {
        return "cd '" + root + "/workflow'; '" + Sandbox.SCRIPTS + "/" + command;
    }

    private CommandResult outcome(String command, String expected) {
        CommandResult result = sandbox.run(command);
        assertThat(Outcome.of(result)).as(result.toString()).isEqualTo(expected);
        return result;
    }

    private String commit(String subject) {
        return sandbox.must(sandbox.person("git commit -q --allow-empty -m " + subject))
                .lines()
                .toList()
                .getLast();
    }

    private String file() {
        return sandbox.must("git -C remote.git show main:" + Sandbox.FILE);
    }
}
