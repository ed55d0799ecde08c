package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code make deploy} does when the image cannot be pushed. */
class DeployTest {

    private static final String BROKEN = "Connect to localhost:5050 [localhost/127.0.0.1] failed: Connection refused";

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

    @Test
    void wayToTheRegistryThatBreaksIsTriedOnceMore() {
        builds(BROKEN);
        CommandResult deploy = place.run("local/deploy");
        assertThat(deploy.output()).contains("the way to the registry broke; once more", "nothing was deployed");
        assertThat(place.read("built").lines()).hasSize(2);
    }

    @Test
    void whatDoesNotCompileIsBuiltOnce() {
        builds("[ERROR] COMPILATION ERROR");
        CommandResult deploy = place.run("local/deploy");
        assertThat(deploy.output()).contains("nothing was deployed").doesNotContain("once more");
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
