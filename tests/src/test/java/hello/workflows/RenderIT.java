package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each environment gets, rendered by Helm itself, and what a pull request changes of it. Needs Helm, so it is not
 * among the offline tests.
 */
@Tag("e2e")
@Order(111)
class RenderIT {
    private static final String PRODUCTION = "gitops/environments/production/values.yaml";

    @TempDir
    private Path root;

    @BeforeEach
    void makeClone() {
        must(
                "git clone -q \"$1\" . && git checkout -q -B work && git update-ref refs/remotes/origin/main HEAD",
                Repository.ROOT.toString());
    }

    @Test
    @DisplayName("make render writes what an environment gets, the same in every time zone and locale")
    void renders() {
        String image = "image: {tag: \"1\", digest: \"sha256:" + "1".repeat(64) + "\", commit: " + "a".repeat(40) + "}";
        must("echo '" + image + "' >gitops/environments/production/image.yaml");
        CommandResult here = render("UTC", "C").orFail();
        assertThat(here.output())
                .contains("kind: Deployment", "kind: Ingress", "registry.example/team/hello:1@sha256:111")
                .doesNotContain("helm.sh/hook");
        assertThat(here.errors()).isEmpty();
        assertThat(render("Pacific/Chatham", "C.UTF-8").orFail().output()).isEqualTo(here.output());
    }

    private CommandResult render(String zone, String locale) {
        return Command.of("make", "-s", "render", "ENV=production", "IMAGE=registry.example/team/hello")
                .in(root)
                .with("TZ", zone)
                .with("LC_ALL", locale)
                .run();
    }

    @Test
    void unknownEnvironmentIsRefused() {
        CommandResult result =
                Command.of("gitops/render", "produktion").in(root).run();
        assertThat(result.exitCode()).isOne();
        assertThat(result.errors()).contains("no environment 'produktion'", "next: there is: production staging");
    }

    @Test
    @DisplayName("a pull request's page shows the change of each environment, and says where there is none")
    void changeIsShown() throws IOException {
        append(PRODUCTION, "podAnnotations: {fence: '````'}");
        commit();
        assertThat(difference().orFail().output())
                .contains("### staging\n\nNo change.")
                .containsPattern("### production\n\n`{7}diff\n(?s).*\n\\+ +fence: '?````'?\n.*\n`{7}\n");
    }

    @Test
    void frozenEnvironmentIsNamed() throws IOException {
        Files.writeString(root.resolve("gitops/environments/staging/image.yaml"), "frozen: {why: an audit}\n");
        commit();
        assertThat(difference().output())
                .contains("### staging\n\nIt is frozen, and gets this after `make thaw ENV=staging`.")
                .doesNotContain("make thaw ENV=production");
    }

    @Test
    void environmentThatComesOrGoesIsNamed() throws IOException {
        must("mkdir gitops/environments/qa && cp gitops/environments/staging/values.yaml gitops/environments/qa");
        must("git rm -qr gitops/environments/production && echo staging >gitops/environments/order");
        commit();
        assertThat(difference().orFail().output())
                .containsPattern("### qa\n\n```diff\n@@ -0,0 .*\n\\+---\n")
                .contains("### production\n\nIts folder goes. Nothing is deleted by that;");
    }

    @Test
    void brokenChartFailsAndSaysWhy() throws IOException {
        append(PRODUCTION, "replicas: 3");
        commit();
        CommandResult result = difference();
        assertThat(result.exitCode()).isOne();
        assertThat(result.output())
                .contains("### staging\n\nNo change.", "It is **not rendered** any more:", "replicas");
    }

    private CommandResult difference() {
        Path page = root.resolve("page");
        return Command.bash("code=0; .github/scripts/render-difference || code=$?; cat page; exit $code")
                .in(root)
                .with("GITHUB_STEP_SUMMARY", page.toString())
                .run();
    }

    private void append(String file, String line) throws IOException {
        Files.writeString(root.resolve(file), "\n" + line + "\n", StandardOpenOption.APPEND);
    }

    private void commit() {
        must("git add -A && git -c user.name=Ada -c user.email=ada@example.org commit -qm change");
    }

    private void must(String lines, String... arguments) {
        Command.bash(lines, arguments).in(root).run().orFail();
    }
}
