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
        assertThat(clone.run(".github/scripts/propose-promotion").orFail().line())
                .isEqualTo("https://example.org/pull/1");
        assertThat(gh.calls())
                .contains(
                        "pr create --base main --head promote/production-" + tag + " --title production: image " + tag)
                .contains("workflow run verify.yml --ref promote/production-" + tag);
        assertThat(clone.file("body")).contains("first image", ONE);
        assertThat(clone.must("git -C origin.git show --format=%s --name-only promote/production-" + tag))
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
        clone.must("""
                cd clone
                echo x >docs/x
                git add .
                git commit -q -m 'Greet <b>you</b> $(id)'
                git push -q origin main
                """);
        String second = clone.staging(TWO);
        clone.run(".github/scripts/propose-promotion").orFail();
        assertThat(clone.file("body"))
                .contains("since `" + tag + "`", "    " + second.substring(0, 7) + " Greet <b>you</b> $(id)")
                .doesNotContain("staging: image");
        // main goes on, and a person updates the branch by the button of the web page
        clone.must("cd clone; git checkout -q -B update origin/promote/production-" + second.substring(0, 12)
                + "; git checkout -q main; echo y >docs/y; git add .; git commit -q -m More; git push -q origin main;"
                + " git checkout -q update; git merge -q -m Update main; git push -q origin update:promote/production-"
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

    /** Two may be open at once, and each has a branch of its own. */
    @Test
    void ofThreeEnvironmentsOneIsNamed() {
        clone.must("""
                cd clone
                mkdir gitops/environments/qa
                touch gitops/environments/qa/values.yaml
                printf '%s\\n' staging qa production >gitops/environments/order
                git add .
                git commit -q -m 'A third environment'
                git push -q origin main
                """);
        String tag = clone.staging(ONE).substring(0, 12);
        clone.refused(".github/scripts/propose-promotion", "say TO=, one of: qa production");
        clone.refused("TO='$(id)' .github/scripts/propose-promotion", "there is no environment '$(id)'");
        clone.refused("TO=production .github/scripts/propose-promotion", "qa has no image yet");
        clone.run("TO=qa .github/scripts/propose-promotion").orFail();
        clone.run("FROM=staging TO=production .github/scripts/propose-promotion")
                .orFail();
        assertThat(clone.must("git -C origin.git branch --format='%(refname:short)'")
                        .lines())
                .containsExactly("main", "promote/production-" + tag, "promote/qa-" + tag);
    }

    @Test
    void frozenEnvironmentIsNotProposedTo() {
        merge(clone.staging(ONE));
        clone.must("cd clone; gitops/freeze production --why 'an audit'; git pull -q --ff-only origin main;"
                + " git commit -q --allow-empty -m Newer; git push -q origin main");
        clone.staging(TWO);
        clone.refused(
                ".github/scripts/propose-promotion", "nothing to propose: unchanged frozen: production is frozen");
        assertThat(clone.must("git -C origin.git branch")).isEqualTo("* main");
    }

    /** What a release ends with. */
    @Test
    void releaseBumpsTheFirstEnvironmentUnlessItIsFrozen() {
        String bump = "GITHUB_SHA=$(git rev-parse HEAD) .github/scripts/bump-first ";
        assertThat(clone.run(bump + ONE).orFail().line()).startsWith("bumped ");
        assertThat(clone.must("git -C origin.git log -1 --format=%s main")).startsWith("staging: image ");
        clone.must("cd clone; gitops/freeze staging --why 'an audit: 100%'");
        assertThat(clone.run(bump + TWO).orFail().line())
                .startsWith("::notice title=staging was not bumped::unchanged frozen: staging is frozen since ")
                .contains("by Ada: an audit: 100%; make thaw ENV=staging");
        clone.refused(bump + "nonsense", "'nonsense' is not sha256:");
    }

    @Test
    void releaseOfAPrivateRepositorySaysThatNothingWasSigned() {
        String line = "GITHUB_STEP_SUMMARY=../summary .github/scripts/not-signed";
        assertThat(clone.run(line).orFail().line())
                .startsWith("::notice title=Neither signed nor attested::The repository is private: ")
                .endsWith("gh variable set SIGNATURES --body required");
        assertThat(clone.file("summary")).contains("### Neither signed nor attested", "SIGNATURES");
    }

    @Test
    void securityScansWhatEachEnvironmentRuns() {
        assertThat(clone.run(".github/scripts/environments").orFail().line())
                .isEqualTo("names=[\"staging\",\"production\"]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gitops/environments/production/values.yaml | networkPolicy: {enabled: false} | production/values.yaml
            gitops/chart/templates/extra.yaml   | kind: Pod                       | templates/extra.yaml
            .github/workflows/more.yml                 | on: push                        | workflows/more.yml
            gitops/environments/production/image.yaml  | networkPolicy: {enabled: false} | image.yaml: +networkPolicy
            """)
    void branchWithMoreThanTheImageIsRefused(String file, String line, String named) {
        String branch = "promote/production-" + clone.staging(ONE).substring(0, 12);
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
        clone.must("cd clone; git fetch -q origin; git merge -q --ff-only origin/promote/production-" + tag
                + "; git push -q origin main; git -C ../origin.git branch -q -D promote/production-" + tag);
        return tag;
    }
}
