package hello.workflows;

import hello.support.Yaml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What <i>release</i> does before an image runs: who made it and what is in it is known, and was looked at. */
final class ReleaseRules {
    private static final String SWITCH = "${{ !github.event.repository.private || vars.SIGNATURES == 'required' }}";

    private static final Map<String, Object> HIGH = Map.of("only-fixed", true, "severity-cutoff", "high");

    private final Map<String, Object> jobs;
    private final List<String> complaints = new ArrayList<>();

    private ReleaseRules(Map<String, Object> jobs) {
        this.jobs = jobs;
    }

    /**
     * Looks at the workflow <i>release</i>.
     *
     * @param workflow as it was read
     * @return a sentence for each check or statement that it no longer makes
     */
    static List<String> complaints(Map<String, Object> workflow) {
        ReleaseRules rules = new ReleaseRules(Yaml.mapAt(workflow, "jobs"));
        rules.check();
        return rules.complaints;
    }

    private void check() {
        signs();
        scans();
    }

    private void signs() {
        statement(
                "does not sign the image",
                step -> String.valueOf(step.get("run")).startsWith("cosign sign --yes "));
        statement("does not attest who built the image", step -> attests(step) && sbom(step) == null);
        platforms()
                .forEach(platform -> statement(
                        "does not attest what is in the image for " + platform,
                        step -> attests(step) && ("image-" + platform + "/sbom.json").equals(sbom(step))));
        must(SWITCH.equals(Yaml.at(jobs, "publish", "env", "SIGN")), "decides otherwise who gets a signature");
        must(
                steps().anyMatch(step -> ".github/scripts/not-signed".equals(step.get("run"))
                        && "env.SIGN != 'true'".equals(step.get("if"))),
                "does not say that nothing was signed");
        must("publish".equals(Yaml.at(jobs, "bump", "needs")), "bumps what nobody signed");
    }

    /** Each platform's image, and the list of what is in it, before the two are joined. */
    private void scans() {
        List<Map<String, Object>> steps = Yaml.mapsAt(jobs, "build", "steps");
        stops(steps, Map.of("image", "${{ steps.push.outputs.image }}"));
        stops(steps, Map.of("sbom", "service/target/sbom.json"));
        must(
                steps.stream()
                        .anyMatch(step ->
                                ".github/scripts/accepted-vulnerabilities >.grype.yaml".equals(step.get("run"))),
                "does not read which vulnerabilities are accepted");
        must("build".equals(Yaml.at(jobs, "publish", "needs")), "publishes what nobody scanned");
    }

    /** There is a step that looks at this, and fails where something is to be done. */
    private void stops(List<Map<String, Object>> steps, Map<String, Object> source) {
        must(
                steps.stream()
                        .filter(step -> String.valueOf(step.get("uses")).startsWith("anchore/scan-action@"))
                        .filter(step -> with(step).entrySet().containsAll(source.entrySet()))
                        .anyMatch(step -> with(step).entrySet().containsAll(HIGH.entrySet())
                                && !with(step).containsKey("fail-build")
                                && !step.containsKey("if")
                                && !step.containsKey("continue-on-error")),
                "does not stop at a high vulnerability that has a fix, by " + source);
    }

    /** There is such a step, which runs wherever signatures are wanted, and stops the release where it fails. */
    private void statement(String complaint, Predicate<Map<String, Object>> kind) {
        must(
                steps().filter(kind)
                        .anyMatch(step ->
                                "env.SIGN == 'true'".equals(step.get("if")) && !step.containsKey("continue-on-error")),
                complaint);
    }

    private Stream<Map<String, Object>> steps() {
        return Yaml.mapsAt(jobs, "publish", "steps").stream();
    }

    private Stream<Object> platforms() {
        return Yaml.mapsAt(jobs, "build", "strategy", "matrix", "include").stream()
                .map(each -> each.get("platform"))
                .filter(Objects::nonNull);
    }

    private static boolean attests(Map<String, Object> step) {
        return String.valueOf(step.get("uses")).startsWith("actions/attest@")
                && "${{ steps.join.outputs.digest }}".equals(with(step).get("subject-digest"));
    }

    private static Object sbom(Map<String, Object> step) {
        return with(step).get("sbom-path");
    }

    private static Map<String, Object> with(Map<String, Object> step) {
        return Yaml.map(step.getOrDefault("with", Map.of()));
    }

    private void must(boolean fact, String complaint) {
        if (!fact) {
            complaints.add(complaint);
        }
    }
}
