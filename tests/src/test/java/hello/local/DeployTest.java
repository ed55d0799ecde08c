package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code make deploy} does when it cannot begin, or the image cannot be pushed, and what it brings to main. */
class DeployTest {

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void machine() {
        place = new Workplace(folder, "clone");
        place.standIn("minikube", "echo 127.198.51.1");
        place.standIn("mvn", "exit 1");
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo 'git://git.git.svc.cluster.local/hello.git localhost:5050/hello' ;;
                  *git-upload-pack*) git-upload-pack "$PLACE/hello.git" ;;
                  *git-receive-pack*) git-receive-pack "$PLACE/hello.git" ;;
                  *port-forward*) echo 'Forwarding from 127.0.0.1:5050 -> 5050'; exec sleep 60 ;;
                esac
                """);
        place.must("git config gitops.context lab; git clone -q --bare . \"$PLACE/hello.git\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connect to localhost:5050 [localhost/127.0.0.1] failed: Connection refused",
                "localhost:5050 failed to respond",
                "[ERROR] I/O error for image [localhost:5050/hello]:\n[ERROR]     Connection reset",
            })
    void wayToTheRegistryThatBreaksIsTriedTwiceMore(String log) {
        builds(log);
        CommandResult deploy = place.run("local/deploy");
        assertThat(deploy.output()).contains("the way to the registry broke; once more", "nothing was deployed");
        assertThat(place.read("built").lines()).hasSize(3);
    }

    @Test
    void whatDoesNotCompileIsBuiltOnce() {
        builds("[ERROR] COMPILATION ERROR");
        CommandResult deploy = place.run("local/deploy");
        assertThat(deploy.output()).contains("nothing was deployed").doesNotContain("once more");
        assertThat(place.read("built").lines()).hasSize(1);
    }

    @Test
    void whatNoCommitHasIsNotDeployed() {
        builds("[ERROR] COMPILATION ERROR");
        place.must("echo >>gitops/bump");
        Symptom.of("there are changes that no commit has")
                .isIn(place.run("local/deploy").output());
        place.must("git stash -q -u");
        place.run("local/deploy");
        place.must("git stash pop -q; git commit -qam 'A change'");
        place.run("local/deploy");
        assertThat(place.read("built").lines()).hasSize(2);
    }

    @Test
    void whatSomebodyElsePushedIsPulledFirst() {
        builds("[ERROR] COMPILATION ERROR");
        place.must("""
                git clone -q "$PLACE/hello.git" "$PLACE/other"
                cd "$PLACE/other"
                echo >>README.md
                git add .
                git -c user.name=Bob -c user.email=bob@example.org commit -q -m 'Only there'
                git push -q origin HEAD:main
                """);
        CommandResult deploy = place.run("local/deploy");
        Symptom.of("has commits that are not in yours").isIn(deploy.output());
        assertThat(deploy.output()).contains("Bob: Only there", "git pull cluster main");
        assertThat(place.read("built")).isEmpty();
        place.must("git pull -q --no-edit cluster main");
        place.run("local/deploy");
        assertThat(place.read("built").lines()).hasSize(1);
    }

    /** Its image.yaml is the bump's, and goes with the folder all the same. */
    @Test
    void environmentThatWasTakenAwayStaysAway() {
        place.must("""
                for environment in qa demo; do
                  mkdir -p gitops/environments/$environment
                  touch gitops/environments/$environment/values.yaml gitops/environments/$environment/image.yaml
                done
                git add .
                git commit -qm 'Two more'
                git push -q "$PLACE/hello.git" main
                git rm -qr gitops/environments/qa gitops/environments/demo/image.yaml
                git commit -qm 'One less'
                printf '%s\\n' '#!/bin/sh' 'mkdir -p service/target' 'echo >service/target/jib-image.digest' >service/image
                chmod 755 service/image
                echo target/ >.gitignore
                git add .
                git commit -qm 'A build that succeeds'
                """);
        place.run("local/deploy");
        assertThat(place.must("git -C \"$PLACE/hello.git\" ls-tree -r --name-only main gitops/environments"))
                .contains("demo/image.yaml", "demo/values.yaml")
                .doesNotContain("/qa/");
    }

    /** As {@code make up} asks for it, over main of an earlier version. */
    @Test
    void commitComesWithoutAnImageOnlyWhereMainIsWhatWasSeenThere() {
        String former = main();
        String head = place.must("git commit -q --allow-empty -m 'This version'; git rev-parse HEAD");
        place.must(". local/lib.sh; CONTEXT=lab REPO=$GIT_URL set_remote");
        place.must("local/deploy --publish; local/deploy --publish \"$1\"", head);
        assertThat(main()).isEqualTo(former);
        place.must("local/deploy --publish \"$1\"", former);
        assertThat(place.must("git -C \"$PLACE/hello.git\" rev-list --parents -1 main"))
                .endsWith(former + " " + head);
    }

    private String main() {
        return place.must("git -C \"$PLACE/hello.git\" rev-parse main");
    }

    /** The image's build fails, and this is in its log. */
    private void builds(String log) {
        place.must("""
                printf '%s\\n' '#!/bin/sh' 'echo "$*" >>"$PLACE/built"' 'mkdir -p service/target' \\
                  "echo '$1' >service/target/image.log" 'exit 1' >service/image
                chmod 755 service/image
                echo target/ >.gitignore
                git add .
                git commit -qm 'A build that fails'
                """, log);
    }
}
