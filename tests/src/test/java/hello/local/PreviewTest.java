package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code make preview} calls a branch's environment, and what it refuses. */
class PreviewTest {

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    /** A cluster that has the platform and no preview, and a git server with main. */
    @BeforeEach
    void aCloneOfTheRepository() {
        place = new Workplace(folder, "clone");
        place.standIn("minikube", "");
        place.standIn("kubectl", "case \"$*\" in *'get application hello '*) echo repo image ;; *) exit 1 ;; esac");
        place.must("git config gitops.context lab");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            new-page                                  | hello-preview-new-page
            feature/New_Page                          | hello-preview-feature-new-page-[0-9a-f]{6}
            feature/new-page                          | hello-preview-feature-new-page-[0-9a-f]{6}
            a-branch-with-a-name-of-far-too-many-words | hello-preview-a-branch-with-a-name-of-[0-9a-f]{6}
            größe                                     | hello-preview-gr-e-[0-9a-f]{6}
            pull-12                                   | hello-preview-pull-12-[0-9a-f]{6}
            ß                                         | hello-preview-[0-9a-f]{6}
            """)
    void aBranchHasAnEnvironmentOfItsOwn(String branch, String namespace) {
        place.must("git switch -q -c " + branch);
        String name = place.run("sed '/^connect$/,$d' local/preview >asked; echo 'echo $namespace' >>asked;"
                        + " cp asked local/preview; local/preview")
                .orFail()
                .output()
                .strip();
        assertThat(name).matches(namespace).hasSizeLessThanOrEqualTo(63);
    }

    @Test
    void twoBranchesThatAreWrittenAlikeHaveTwoEnvironments() {
        String slug = "sed -n '/^LONGEST/p;/^slug()/,/^}/p' local/preview >slug.sh; . ./slug.sh;";
        assertThat(place.must(slug + " slug a/b; slug a_b; slug A-B; slug a-b").lines())
                .hasSize(4)
                .doesNotHaveDuplicates();
    }

    @Test
    void mainHasNoPreview() {
        refused("local/preview", "main is what the environments run", "git switch -c");
        refused("git checkout -q --detach; local/preview", "no branch is checked out", "git switch -c");
    }

    @Test
    void whatIsNotThereCannotBeTakenDown() {
        refused(
                "git switch -q -c new-page; local/preview --down",
                "the branch 'new-page' has no preview",
                "make status");
    }

    @Test
    void commitGoesToABranchOfItsOwnAndNothingElseChanges() {
        platform();
        place.must("git switch -q -c new-page; git commit -q --allow-empty -m 'A new page'");
        String before = state();
        assertThat(place.run("local/preview").orFail().output()).contains("staging.hello.test", "make preview-down");
        assertThat(state()).isEqualTo(before);
        assertThat(there("rev-parse preview/new-page")).isEqualTo(place.must("git rev-parse HEAD"));
        assertThat(there("rev-parse main")).isEqualTo(place.must("git rev-parse main"));
        assertThat(place.read("rendered"))
                .contains("--show-only templates/preview.yaml")
                .contains("preview.environment=preview-new-page,preview.revision=" + place.must("git rev-parse HEAD"))
                .contains("preview.host=new-page.staging.hello.test", "preview.digest=sha256:");
    }

    /** The repository in the cluster takes no push that forgets something. */
    @Test
    void rebasedBranchComesAfterWhatIsThere() {
        platform();
        place.must("git switch -q -c new-page; echo x >gitops/x; git add .; git commit -qm 'A new page'");
        place.run("local/preview").orFail();
        String former = there("rev-parse preview/new-page");
        place.must("echo y >gitops/x; git commit -qa --amend -m 'In other words'");
        String before = state();
        place.run("local/preview").orFail();
        assertThat(state()).isEqualTo(before);
        there("merge-base --is-ancestor " + former + " preview/new-page");
        assertThat(there("rev-parse preview/new-page^{tree}")).isEqualTo(place.must("git rev-parse HEAD^{tree}"));
        assertThat(place.read("rendered"))
                .contains("preview.revision=" + there("rev-parse preview/new-page"))
                .contains("preview.commit=" + place.must("git rev-parse HEAD"));
    }

    @Test
    void whatCannotBePushedIsNotPreviewed() {
        platform();
        place.must("git switch -q -c new-page; echo exit 1 >\"$PLACE/hello.git/hooks/update\";"
                + " chmod 755 \"$PLACE/hello.git/hooks/update\"");
        refused("local/preview", "the branch preview/new-page was not pushed", "your rights there");
        place.must("echo >>gitops/bump");
        refused("local/preview", "there are changes that no commit has", "gitops/bump");
        assertThat(place.read("rendered")).isEmpty();
    }

    @Test
    void namespaceThatWasLeftIsTakenDown() {
        platform();
        place.must("git switch -q -c new-page");
        assertThat(place.run("local/preview --down").orFail().output()).contains("gone");
        assertThat(kubectl.calls()).contains("delete --ignore-not-found namespace hello-preview-new-page");
    }

    /** A platform, with a git server that has its real settings, and an image that is built at once. */
    private void platform() {
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *'get application hello '*) echo 'git://git.git.svc.cluster.local/hello.git localhost:5050/hello' ;;
                  *git-upload-pack*) git-upload-pack "$PLACE/hello.git" ;;
                  *git-receive-pack*) git-receive-pack "$PLACE/hello.git" ;;
                  *port-forward*) echo 'Forwarding from 127.0.0.1:5050 -> 5050'; exec sleep 60 ;;
                  *'get ingress/hello '*) echo staging.hello.test ;;
                  *'get application/hello-'*) exit 1 ;;
                  *apply*) cat >/dev/null ;;
                esac
                """);
        place.standIn("minikube", "echo 127.198.51.1");
        place.standIn("helm", "echo \"$*\" >\"$PLACE/rendered\"");
        place.standIn("mvn", "");
        place.standIn("curl", "");
        place.must("""
                printf '%s\\n' '#!/bin/sh' 'mkdir -p service/target' \\
                  'echo sha256:1 >service/target/jib-image.digest' >service/image
                printf '%s\\n' '#!/bin/sh' >local/rollout
                chmod 755 service/image local/rollout
                printf '%s\\n' target/ /mine >.gitignore
                echo x >mine
                git add .
                git commit -qm 'A build that succeeds'
                git clone -q --bare . "$PLACE/hello.git"
                sed "s|/git/|$PLACE/|" local/new-repository.sh | bash -s hello
                """);
    }

    /** What the person has. */
    private String state() {
        return place.must(
                "git symbolic-ref HEAD; git for-each-ref refs/heads; git status --porcelain; git stash list; cat mine");
    }

    private String there(String git) {
        return place.must("git -C \"$PLACE/hello.git\" " + git);
    }

    private void refused(String script, String... sentences) {
        CommandResult result = place.run(script);
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output()).contains(sentences);
    }
}
