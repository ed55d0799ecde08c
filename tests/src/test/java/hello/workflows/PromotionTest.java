package hello.workflows;

import static hello.workflows.ScriptClone.ONE;
import static hello.workflows.ScriptClone.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pull request that brings staging's image to production; gh is a stand-in. */
class PromotionTest {

    @TempDir
    private Path root;

    private ScriptClone clone;
    private StandIn gh;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        gh = clone.standIn(
                "gh", "case \"$*\" in *create*) cat \"${@: -1}\" >../body; echo https://example.org/pull/1 ;; esac");
    }

    @Test
    void firstImageIsProposed() {
        clone.refused(".github/scripts/propose-promotion", "staging has no image yet");
        String tag = clone.staging(ONE).substring(0, 12);
        assertThat(clone.run(".github/scripts/propose-promotion").orFail().line()).isEqualTo("https://example.org/pull/1");
        assertThat(gh.calls())
                .contains("pr create --base main --head promote/" + tag + " --title production: image " + tag)
                .contains("workflow run verify.yml --ref promote/" + tag);
        assertThat(clone.file("body")).contains("first image", ONE);
        assertThat(clone.must("git -C origin.git show --format=%s --name-only promote/" + tag))
                .startsWith("production: image")
                .endsWith("production/image.yaml");
        clone.run(".github/scripts/propose-promotion").orFail(); // its own branch is no stranger's
    }

    @Test
    void imageThatProductionHasIsNotProposed() {
        String tag = merge(clone.staging(ONE));
        assertThat(clone.run(".github/scripts/propose-promotion").orFail().line())
                .isEqualTo("production has " + tag + " already");
        assertThat(clone.must("git -C origin.git branch")).isEqualTo("* main");
    }

    @Test
    void nextImageIsProposedWithWhatItBrings() {
        String tag = merge(clone.staging(ONE));
        clone.must(
                "cd clone; echo x >docs/x; git add .; git commit -q -m 'Greet <b>you</b> $(id)'; git push -q origin main");
        String second = clone.staging(TWO);
        clone.run(".github/scripts/propose-promotion").orFail();
        assertThat(clone.file("body"))
                .contains("since `" + tag + "`", "    " + second.substring(0, 7) + " Greet <b>you</b> $(id)")
                .doesNotContain("staging: image");
        // main goes on, and a person updates the branch by the button of the web page
        clone.must("cd clone; git checkout -q -B update origin/promote/" + second.substring(0, 12)
                + "; git checkout -q main; echo y >docs/y; git add .; git commit -q -m More; git push -q origin main;"
                + " git checkout -q update; git merge -q -m Update main; git push -q origin update:promote/"
                + second.substring(0, 12) + "; git checkout -q main");
        clone.run(".github/scripts/propose-promotion").orFail();
        clone.standIn("gh", "exit 1");
        assertThat(clone.run(".github/scripts/propose-promotion").exitCode()).isNotZero();
    }

    @Test
    void olderImageIsNotProposed() {
        String first = clone.staging(ONE);
        clone.must("cd clone; git commit -q --allow-empty -m Newer; git push -q origin main");
        String second = clone.head();
        clone.must("cd clone; gitops/bump production --tag x --digest " + TWO + " --commit " + second);
        clone.refused(
                ".github/scripts/propose-promotion",
                "nothing to propose: unchanged newer: production has " + second + ", which comes after " + first);
        assertThat(clone.must("git -C origin.git branch")).isEqualTo("* main");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gitops/environments/production/values.yaml | networkPolicy: {enabled: false} | production/values.yaml
            gitops/charts/hello/templates/extra.yaml   | kind: Pod                       | templates/extra.yaml
            .github/workflows/more.yml                 | on: push                        | workflows/more.yml
            gitops/environments/production/image.yaml  | networkPolicy: {enabled: false} | image.yaml: +networkPolicy
            """)
    void branchWithMoreThanTheImageIsRefused(String file, String line, String named) {
        String branch = "promote/" + clone.staging(ONE).substring(0, 12);
        clone.must("""
                cd clone
                git checkout -q -b stranger
                mkdir -p "$(dirname '%1$s')"
                echo '%2$s' >>'%1$s'
                git add .
                git commit -q -m 'production: image'
                git push -q origin stranger:%3$s
                git checkout -q main
                """.formatted(file, line, branch));
        String before = clone.must("git -C origin.git rev-parse " + branch);
        clone.refused(".github/scripts/propose-promotion", "was there and changes more than the image");
        clone.refused(".github/scripts/propose-promotion", named);
        assertThat(gh.calls()).as("nothing is proposed").doesNotContain("pr create", "workflow run");
        assertThat(clone.must("git -C origin.git rev-parse " + branch))
                .as("nothing is lost")
                .isEqualTo(before);
    }

    /** Proposes staging's image, and merges it as a person would; gives its tag. */
    private String merge(String commit) {
        String tag = commit.substring(0, 12);
        clone.run(".github/scripts/propose-promotion").orFail();
        clone.must("cd clone; git fetch -q origin; git merge -q --ff-only origin/promote/" + tag
                + "; git push -q origin main; git -C ../origin.git branch -q -D promote/" + tag);
        return tag;
    }
}
