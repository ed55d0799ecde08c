package hello.workflows;

import static hello.support.Gate.Answer.LOG_IN;
import static hello.support.Gate.Answer.REFUSED;
import static hello.support.Gate.Answer.WELCOME;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Gate;
import hello.support.JobRights;
import hello.support.PrivateServer;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a job's token opens is what its `permissions` say; a job that lacks one is refused by the server itself. */
class JobRightsTest {
    private final JobRights rights = new JobRights();

    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource({
        "build, packages, true, WELCOME",
        "build, contents, false, WELCOME",
        "build, contents, true, REFUSED",
        "publish, packages, true, WELCOME",
        "publish, contents, true, REFUSED",
        "bump, contents, true, WELCOME",
        "bump, packages, false, REFUSED"
    })
    void releasesJobsMayDoWhatTheySay(String job, String kind, boolean writes, Gate.Answer answer) {
        assertThat(ask(kind, token("release.yml", text("release.yml"), job), writes))
                .isEqualTo(answer);
    }

    @Test
    void strangerIsNotKnown() {
        token("release.yml", text("release.yml"), "publish");
        assertThat(ask("packages", "release.yml.publish", true)).isEqualTo(LOG_IN);
        assertThat(rights.gate("contents").openToReaders().ask("", "", false)).isEqualTo(WELCOME);
        assertThat(rights.gate("contents").openToReaders().ask("", "", true)).isEqualTo(LOG_IN);
    }

    @Test
    void calledWorkflowMayNotDoMoreThanTheCallingJob() {
        String verify = text("verify.yml");
        String planted =
                text("release.yml").replaceFirst("contents: read # the source\n", "contents: none # a fault\n");
        rights.give("release.yml", planted);
        assertThat(ask("contents", token("verify.yml", verify, "test"), false)).isEqualTo(REFUSED);
        rights.give("release.yml", text("release.yml"));
        String token = token("verify.yml", verify.replace("contents: read", "contents: write"), "test");
        assertThat(ask("contents", token, false)).isEqualTo(WELCOME);
        assertThat(ask("contents", token, true)).isEqualTo(REFUSED);
    }

    @Test
    void jobThatLacksTheRightToPackagesIsRefused() {
        String planted = text("release.yml").replaceAll("packages: write", "packages: read");
        assertThat(ask("packages", token("release.yml", planted, "publish"), true))
                .isEqualTo(REFUSED);
    }

    @Test
    void gitServerRefusesThePushOfAJobThatLacksTheRight() throws IOException {
        new ScriptClone(root);
        try (PrivateServer git =
                PrivateServer.git("127.0.0.1", root, rights.gate("contents").openToReaders())) {
            String release = text("release.yml");
            CommandResult refused = push(git, release.replace("contents: write", "contents: read"));
            assertThat(refused.exitCode()).as(refused.toString()).isNotZero();
            assertThat(refused.errors()).contains("The requested URL returned error: 403");
            push(git, release).orFail();
        }
    }

    private CommandResult push(PrivateServer git, String release) {
        String login = "x:" + token("release.yml", release, "bump");
        String header = "Authorization: Basic " + Base64.getEncoder().encodeToString(login.getBytes());
        return Command.bash(
                        "git -c http.extraHeader=\"$1\" push -q \"$2\" HEAD:refs/heads/other",
                        header,
                        git.url("origin.git"))
                .in(root.resolve("clone"))
                .with("GIT_TERMINAL_PROMPT", "0")
                .run();
    }

    private Gate.Answer ask(String kind, String token, boolean writes) {
        return rights.gate(kind).ask("ada", token, writes);
    }

    private String token(String file, String text, String job) {
        Map<String, Object> workflow = Yaml.document(rights.give(file, text));
        return (String) Yaml.at(workflow, "jobs", job, "env", "JOB_TOKEN");
    }

    private static String text(String file) {
        return Workflows.read().get(file).replace("  queue: max", "  #");
    }
}
