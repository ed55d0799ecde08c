package hello.workflows;

import static hello.workflows.ScriptClone.ONE;
import static hello.workflows.ScriptClone.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Yaml;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pull request's preview is made of; the scripts that build and join are stand-ins. */
class PreviewScriptTest {

    private static final String PREVIEW = "NUMBER=12 .github/scripts/preview ";
    private static final String BRANCH = "preview/pull-12";

    @TempDir
    private Path root;

    private ScriptClone clone;

    /** What GitHub checks out for a pull request: its merge into main. */
    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        clone.must("""
                cd clone
                echo 'greeting: {name: first}' >gitops/environments/staging/values.yaml
                git commit -qam 'A greeting'
                """);
        pullRequest("page");
        clone.script(".github/scripts/join-platforms", "echo name=x; echo digest=" + TWO);
        clone.must("cd clone; git update-index --assume-unchanged .github/scripts/join-platforms");
    }

    @Test
    void branchHasTheHeadsImageAndTheFirstEnvironmentsValues() {
        String head = clone.must("git -C clone rev-parse HEAD^2");
        clone.run(PREVIEW + "publish " + ONE + " " + TWO).orFail();
        Map<String, Object> image = Yaml.document(file("gitops/preview/image.yaml"));
        assertThat(image)
                .isEqualTo(Map.of("image", Map.of("tag", head.substring(0, 12), "digest", TWO, "commit", head)));
        assertThat(file("gitops/preview/values.yaml")).isEqualTo("greeting: {name: first}");
        assertThat(file("gitops/page")).isEqualTo("page");
    }

    @Test
    void branchHasNothingThatRunsElsewhereAndNoHistory() {
        clone.run(PREVIEW + "publish " + ONE).orFail();
        assertThat(clone.must("git -C origin.git ls-tree --name-only " + BRANCH))
                .isEqualTo("gitops");
        assertThat(clone.must("git -C origin.git rev-list --count " + BRANCH)).isEqualTo("1");
    }

    @Test
    void newerStateTakesItsPlaceAndMainIsAsItWas() {
        String main = clone.must("git -C origin.git rev-parse main");
        clone.run(PREVIEW + "publish " + ONE).orFail();
        clone.must("cd clone; git checkout -q main");
        pullRequest("another");
        clone.run(PREVIEW + "publish " + ONE).orFail();
        assertThat(file("gitops/another")).isEqualTo("another");
        assertThat(clone.must("git -C origin.git rev-parse main")).isEqualTo(main);
    }

    @Test
    void headIsBuiltAndNotTheMerge() {
        String head = clone.must("git -C clone rev-parse HEAD^2");
        clone.script(".github/scripts/push-platform", "git rev-parse HEAD >../built; echo \"$1\" >>../built");
        clone.must("cd clone; git update-index --assume-unchanged .github/scripts/push-platform");
        clone.run(PREVIEW + "build arm64").orFail();
        assertThat(clone.file("built")).isEqualTo(head + "\narm64\n");
    }

    @Test
    void branchGoesWithThePullRequest() {
        clone.run(PREVIEW + "away").orFail();
        clone.run(PREVIEW + "publish " + ONE).orFail();
        clone.run(PREVIEW + "away").orFail();
        assertThat(clone.must("git -C origin.git branch")).isEqualTo("* main");
    }

    @Test
    void imagesThatAreNotJoinedLeaveNoBranch() {
        clone.script(".github/scripts/join-platforms", "exit 1");
        assertThat(clone.run(PREVIEW + "publish " + ONE).exitCode()).isNotZero();
        assertThat(clone.must("git -C origin.git branch")).isEqualTo("* main");
        clone.refused(".github/scripts/preview away", "NUMBER: which pull request");
    }

    private void pullRequest(String name) {
        clone.must("cd clone; git checkout -q -B head main; echo " + name + " >gitops/" + name + "; git add gitops;"
                + " git commit -qm " + name + "; git checkout -q --detach main; git merge -q --no-ff -m Merge head");
    }

    private String file(String name) {
        return clone.must("git -C origin.git show " + BRANCH + ":" + name);
    }
}
