package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code make promote}, {@code freeze}, {@code thaw} and {@code remove} ask, refuse and do. */
class EnvironmentsTest {

    /** Adds a third environment on the line and one off it, each with an image but the first. */
    private static final String BEGINNING = """
            git config gitops.context lab
            git init -q --bare -b main "$PLACE/hello.git"
            for environment in qa demo; do
              mkdir gitops/environments/$environment
              cp gitops/environments/staging/values.yaml gitops/environments/$environment/
            done
            printf '%s\\n' staging qa production >gitops/environments/order
            git add .
            git commit -q -m 'More environments'
            git push -q "$PLACE/hello.git" main
            for environment in qa production; do
              gitops/bump $environment --remote "$PLACE/hello.git" --tag one \\
                --digest sha256:$(printf %064d ${#environment}) --commit $(git rev-parse HEAD)
            done
            echo hello-qa >"$PLACE/there"
            """;

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        place.standIn("minikube", "echo 198.51.100.1");
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo "$PLACE/hello.git ghcr.io/ada/hello" ;;
                  *application-set-refresh) echo '<none>' ;;
                  *targetRevision*) cat "$PLACE/target" ;;
                  *" get namespace hello-"*" -l "*) cat "$PLACE/foreign" 2>/dev/null ;;
                  *" get application hello-"* | *" get namespace hello-"*)
                    name=$*
                    name=${name##* hello-}
                    grep -qx "hello-${name%% *}" "$PLACE/there"
                    ;;
                esac
                """);
        place.must(BEGINNING);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            local/promote                            | say TO=, one of: qa production
            TO=staging local/promote                 | nothing comes before staging
            TO=demo local/promote                    | nothing comes before demo
            TO=qa local/promote                      | staging has no image yet
            FROM=production TO=qa local/promote      | qa does not come after production
            local/rollback nowhere                   | 'nowhere' is none
            local/freeze production                  | make freeze ENV=production WHY=
            WHY='"' local/freeze production          | is not one line
            WHY=x local/freeze staging               | staging has no image on main
            WHY=x local/freeze nowhere               | main has no environment nowhere
            local/remove qa                          | git rm -r gitops/environments/qa
            local/remove nowhere                     | the cluster has no environment 'nowhere'
            local/remove ''                          | '' is no name of an environment
            local/remove ../qa                       | '../qa' is no name of an environment
            """)
    void isRefusedWithWhatToDo(String command, String why) {
        CommandResult result = place.run(command);
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output()).contains(why, "\n  next: ");
        assertThat(kubectl.calls()).doesNotContain("delete");
    }

    @Test
    void whatMainHasNoMoreIsRemoved() {
        takeAway();
        place.must("local/remove qa");
        assertThat(kubectl.calls().lines().filter(call -> call.contains(" delete ")))
                .satisfiesExactly(
                        call -> assertThat(call).contains("-n argocd delete application hello-qa"),
                        call -> assertThat(call).contains("delete namespace hello-qa"));
    }

    @Test
    void statusNamesWhatMainHasNoMore() {
        takeAway();
        place.must("cp \"$PLACE/bin/kubectl\" \"$PLACE/asked\"");
        place.standIn("kubectl", """
                case "$*" in
                  *component=preview*) ;;
                  *"get applications "*) echo hello-qa Unknown Healthy ;;
                  *) exec "$PLACE/asked" "$@" ;;
                esac
                """);
        place.standIn("argocd", "");
        place.standIn("curl", "exit 7");
        String status = place.run("NODE=198.51.100.1 INGRESS=198.51.100.1:80 local/status")
                .output();
        Symptom.of("main has no gitops/environments/NAME any more, so nothing changes it")
                .isIn(status);
        assertThat(status).contains("git revert, or make remove ENV=qa");
    }

    @Test
    void somebodyElsesNamespaceIsLeftAlone() {
        takeAway();
        place.write("foreign", "namespace/hello-qa\n");
        assertThat(place.run("local/remove qa").output()).contains("make up did not make the namespace hello-qa");
        assertThat(kubectl.calls()).doesNotContain(" delete ");
    }

    private void takeAway() {
        place.must("""
                git pull -q "$PLACE/hello.git" main
                git rm -qr gitops/environments/qa
                printf '%s\\n' staging production >gitops/environments/order
                git commit -qam 'One less'
                git push -q "$PLACE/hello.git" main
                """);
    }

    /** The rest of a minute may pass until Argo CD looks. */
    @Test
    void freezeAndThawWaitForArgoCd() {
        place.write("target", "main Synced main\n");
        CommandResult early = place.run("TIMEOUT=1 WHY='an audit' local/freeze production");
        Symptom.of("git has it, Argo CD does not yet").isIn(early.output());
        String head = place.must("git rev-parse refs/remotes/cluster/main~1");
        place.write("target", head + " Synced " + head + "\n");
        assertThat(place.must("WHY='another' local/freeze production"))
                .contains("unchanged frozen", "production is frozen since ", "by Ada: an audit");
        assertThat(place.run("INGRESS=198.51.100.1:80 TO=production FROM=qa local/promote")
                        .output())
                .contains("production was not changed: unchanged frozen: ", "make thaw ENV=production");
        assertThat(place.run("local/rollback production").output()).contains("First: make thaw ENV=production");
        assertThat(place.run("TIMEOUT=1 local/freeze --thaw production").output())
                .contains("git has it, Argo CD does not yet");
        place.write("target", "main Synced main\n");
        assertThat(place.must("local/freeze --thaw production")).contains("production follows main again");
    }
}
