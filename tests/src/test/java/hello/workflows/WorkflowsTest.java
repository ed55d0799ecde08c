package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.PlantedFaults;
import hello.support.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The workflows keep the rules, and the rules notice what breaks them. */
class WorkflowsTest {

    @Test
    void workflowsKeepTheRules() {
        Map<String, String> workflows = Workflows.read();
        assertThat(workflows)
                .containsOnlyKeys(
                        "verify.yml",
                        "release.yml",
                        "promote.yml",
                        "preview.yml",
                        "deployments.yml",
                        "cluster.yml",
                        "security.yml",
                        "scorecard.yml",
                        "soak.yml");
        List<String> complaints = new ArrayList<>();
        workflows.forEach((name, text) -> complaints.addAll(Workflows.complaints(name, text)));
        assertThat(complaints).isEmpty();
    }

    /** One fault each, planted where it would be made. */
    @ParameterizedTest
    @MethodSource("faults")
    void faultIsNoticed(PlantedFaults fault) {
        String planted = fault.into(Workflows.read().get(fault.file()));
        assertThat(Workflows.complaints(fault.file(), planted)).anyMatch(found -> found.contains(fault.complaint()));
    }

    private static Stream<Arguments> faults() {
        return PlantedFaults.in("planted-workflow-faults.yaml");
    }

    @Test
    void longWorkflowIsNoticed() {
        assertThat(Workflows.complaints("verify.yml", Workflows.read().get("verify.yml") + "\n".repeat(90)))
                .anyMatch(found -> found.contains("100 lines"));
    }

    @Test
    void readmeHasARowForEachWorkflow() {
        String readme = Repository.read(".github/workflows/README.md");
        Workflows.read()
                .keySet()
                .forEach(name -> assertThat(readme).contains("[" + name.replace(".yml", "") + "](" + name + ")"));
    }

    /** The JDK that links the image's runtime, the one in the image that has a Java, and the one that Maven demands. */
    @Test
    void thereIsOneJava() {
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

    /** The image's tag of a release as Adoptium's API counts it, where 101 is build 1 of the first patch. */
    private static String tag(String version) {
        String[] parts = version.split("\\+");
        int build = Integer.parseInt(parts[1]);
        String patched = build < 100 ? parts[0].replaceFirst("\\.0\\.0$", "") : parts[0] + "." + build / 100;
        return patched + "_" + build % 100;
    }

    private static String found(String file, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(Repository.read(file));
        assertThat(matcher.find()).as(pattern + " in " + file).isTrue();
        return matcher.group(1);
    }
}
