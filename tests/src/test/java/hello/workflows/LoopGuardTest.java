package hello.workflows;

import static hello.workflows.ScriptClone.ONE;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.PushFilter;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A release does not start the next one: its bump, made by gitops/bump itself, is nothing that release starts on. */
class LoopGuardTest {
    private static final String RELEASE = Workflows.read().get("release.yml");

    @TempDir
    private Path root;

    private ScriptClone clone;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
    }

    @Test
    void bumpStartsNoRelease() {
        clone.staging(ONE);
        assertThat(isStarted(RELEASE)).isFalse();
        assertThat(isStarted(Workflows.read().get("verify.yml")))
                .as("it is verified")
                .isTrue();
    }

    @Test
    void sourceStartsOne() {
        clone.must("cd clone; touch pom.xml; git add pom.xml; git commit -q -m Source");
        assertThat(isStarted(RELEASE)).isTrue();
    }

    @Test
    void sourceAndDocumentsAndEnvironmentsTogetherStartOne() {
        clone.must("cd clone; touch pom.xml docs/a.md gitops/a; git add .; git commit -q -m All");
        assertThat(isStarted(RELEASE)).isTrue();
    }

    @Test
    void missingGuardIsNoticed() {
        clone.staging(ONE);
        String planted = RELEASE.replaceFirst(", paths-ignore: \\[.*?]", "");
        assertThat(planted).as("where the fault is planted").isNotEqualTo(RELEASE);
        assertThat(isStarted(planted)).isTrue();
        assertThat(isStarted(RELEASE.replaceFirst("\\{branches: \\[main], .*", "")))
                .isTrue();
    }

    @Test
    void otherBranchStartsNone() {
        assertThat(PushFilter.starts(Yaml.document(RELEASE), "preview/pull-1", List.of("pom.xml")))
                .isFalse();
    }

    private boolean isStarted(String workflow) {
        List<String> files =
                clone.must("git -C clone diff --name-only HEAD^ HEAD").lines().toList();
        return PushFilter.starts(Yaml.document(workflow), "main", files);
    }
}
