package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Argo CD posts of a commit, as GitHub's deployments; gh is a stand-in that keeps the newest of each environment.
 */
class DeploymentsTest {
    private static final String SCRIPT = ".github/scripts/record-deployment";
    private static final String FIRST = "a".repeat(40);
    private static final String SECOND = "b".repeat(40);

    private static final String GITHUB = """
            value() { printf '%s\\n' "${@:2}" | sed -n "s/^$1=//p"; }
            environment=$(value environment "$@")
            case "$*" in
              *'--method GET'*) cat "../newest-$environment" 2>/dev/null || true ;;
              */statuses*) ;;
              *)
                echo x >>../made
                id=$(grep -c x ../made)
                echo "$id $(value ref "$@") $(value 'payload\\[status\\]' "$@")" >"../newest-$environment"
                echo "$id"
                ;;
            esac""";

    @TempDir
    private Path root;

    private ScriptClone clone;
    private StandIn gh;
    private int posted = 100;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        gh = clone.standIn("gh", GITHUB);
    }

    @Test
    void firstStatusMakesADeployment() {
        assertThat(post("staging", FIRST, "pending").orFail().line())
                .isEqualTo("staging, " + FIRST + ": deployment 1 is in_progress");
        assertThat(gh.calls().lines())
                .containsExactly(
                        "api --method GET repos/Ada/hello/deployments -f environment=staging -f task=deploy:argocd"
                                + " -F per_page=1 --jq .[] | \"\\(.id) \\(.sha) \\((.payload | objects | .status) // 0)\"",
                        "api --method POST repos/Ada/hello/deployments -f environment=staging -f task=deploy:argocd"
                                + " -f ref=" + FIRST + " -f required_contexts[] -F auto_merge=false"
                                + " -F payload[status]=101 --jq .id",
                        "api --method POST repos/Ada/hello/deployments/1/statuses -f state=in_progress"
                                + " -f description=what Argo CD says -F auto_inactive=true"
                                + " -f log_url=https://github.example/Ada/hello/actions/runs/7"
                                + " -f environment_url=http://staging.example/ --silent");
    }

    @Test
    void sameStatusAgainAndTheNextOneUpdateIt() {
        post("staging", FIRST, "pending").orFail();
        posted--;
        post("staging", FIRST, "pending").orFail();
        assertThat(post("staging", FIRST, "success").orFail().line()).endsWith("deployment 1 is success");
        post("production", FIRST, "pending").orFail();
        assertThat(made()).isEqualTo(2);
        assertThat(states()).containsExactly("1 in_progress", "1 in_progress", "1 success", "2 in_progress");
    }

    @Test
    void rollbackToAnEarlierCommitIsANewDeployment() {
        post("staging", FIRST, "success").orFail();
        post("staging", SECOND, "success").orFail();
        assertThat(post("staging", FIRST, "success").orFail().line()).contains("deployment 3 is success");
    }

    /** As when somebody runs an old run again. */
    @Test
    void statusOfACommitThatWasReplacedIsLate() {
        post("staging", FIRST, "pending").orFail();
        post("staging", SECOND, "pending").orFail();
        posted -= 2;
        assertThat(post("staging", FIRST, "success").orFail().line())
                .isEqualTo("nothing is recorded: staging went on to " + SECOND + " after this status was posted");
        assertThat(made()).isEqualTo(2);
    }

    @Test
    void eachStateHasItsOwn() {
        for (String state : List.of("pending", "success", "failure", "error")) {
            post("production", FIRST, state).orFail();
        }
        assertThat(states()).containsExactly("1 in_progress", "1 success", "1 failure", "1 error");
    }

    @Test
    void whatOthersWroteIsData() {
        String reason = "Degraded: \"$(touch ../run)\" `touch ../run`; touch ../run @file ${{ x }}";
        CommandResult result = clone.run(line("argocd/staging", FIRST, "failure", reason, "javascript:alert(1)"))
                .orFail();
        assertThat(gh.calls()).contains("-f description=" + reason + " -F").doesNotContain("environment_url");
        assertThat(result.output()).doesNotContain("Degraded");
        assertThat(clone.must("ls")).doesNotContain("run");
    }

    @Test
    void statusOfNoEnvironmentIsLeftAlone() {
        for (String context : List.of("argocd/preview-x", "argocd/", "ci/staging", "staging", "argocd/stag.ng")) {
            ignored(context);
        }
        ignored("argocd/staging\nproduction");
        assertThat(ignored("argocd/x\n::error::y")).doesNotContain("::error");
        assertThat(ignored("argocd/qa")).contains("main has no environment 'qa'");
    }

    @Test
    void whatIsNoStatusIsRefused() {
        clone.refused(line("argocd/staging", "main", "success", "", ""), "COMMIT is no commit");
        clone.refused(line("argocd/staging", FIRST, "inactive", "", ""), "STATE is none of pending");
        assertThat(gh.calls()).isEmpty();
    }

    @Test
    void missingRightsAreNamed() {
        String refusal = "echo 'gh: Resource not accessible by integration (HTTP 403)' >&2; exit 1";
        clone.standIn("gh", refusal);
        String line = line("argocd/staging", FIRST, "success", "", "");
        clone.refused(line, "HTTP 403");
        clone.refused(line, "GitHub refused GET deployments for staging");
        clone.standIn("gh", "case \"$*\" in *GET*) ;; *) " + refusal + " ;; esac");
        clone.refused(line, "GitHub refused POST deployments for staging");
        clone.refused(line, "The job needs `deployments: write`");
        clone.standIn("gh", "case \"$*\" in *GET*) ;; */statuses*) " + refusal + " ;; *) echo 5 ;; esac");
        clone.refused(line, "GitHub refused POST deployments/5/statuses for staging");
    }

    private String ignored(String context) {
        String output =
                clone.run(line(context, FIRST, "success", "", "")).orFail().output();
        assertThat(output).startsWith("nothing is recorded: ");
        assertThat(gh.calls()).as("nothing is asked").isEmpty();
        return output;
    }

    private CommandResult post(String environment, String commit, String state) {
        posted++;
        String address = "http://" + environment + ".example/";
        return clone.run(line("argocd/" + environment, commit, state, "what Argo CD says", address));
    }

    private String line(String context, String commit, String state, String description, String target) {
        return "GITHUB_SERVER_URL=https://github.example GITHUB_RUN_ID=7 STATUS=%d CONTEXT='%s' COMMIT=%s STATE=%s"
                        .formatted(posted, context, commit, state)
                + " DESCRIPTION='" + description + "' TARGET='" + target + "' " + SCRIPT;
    }

    private long made() {
        return clone.file("made").lines().count();
    }

    /** The states that were posted, each with its deployment's number. */
    private List<String> states() {
        return gh.calls()
                .lines()
                .filter(call -> call.contains("/statuses"))
                .map(call -> call.replaceFirst(".*deployments/(\\d+)/statuses -f state=(\\w+) .*", "$1 $2"))
                .toList();
    }
}
