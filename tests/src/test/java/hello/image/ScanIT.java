package hello.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What stops a release: the scanner itself looks at the image as <i>release</i> has it look, and its database has one
 * vulnerability that is planted. Needs the scanner and the base image, so it is not among the offline tests.
 */
@Tag("e2e")
@Tag("image")
@Order(112)
class ScanIT {
    private static final String IMAGE = "oci-archive:service/target/jib-image.tar";

    @TempDir
    static Path temporary;

    private static Grype grype;
    private static Checkout checkout;
    private static Set<String> libraries;

    /** Once for all; where there is no scanner each test is left out by name. */
    @BeforeEach
    void build() throws IOException {
        grype = Grype.find(Files.createDirectories(temporary.resolve("grype")));
        if (libraries == null) {
            checkout = Checkout.clone(temporary.resolve("checkout"), "022", Map.of("LC_ALL", "C.UTF-8"), List.of());
            checkout.run("service/image", "--tar", "hello:test").orFail();
            libraries = libraries();
        }
    }

    /** The libraries that the image's own list has, as GROUP:NAME. */
    private static Set<String> libraries() {
        Set<String> names = new TreeSet<>();
        JsonParser.parseString(checkout.read("service/target/sbom.json"))
                .getAsJsonObject()
                .getAsJsonArray("components")
                .asList()
                .stream()
                .map(JsonElement::getAsJsonObject)
                .filter(each ->
                        each.has("purl") && each.get("purl").getAsString().startsWith("pkg:maven/"))
                .forEach(each -> names.add(
                        each.get("group").getAsString() + ":" + each.get("name").getAsString()));
        assertThat(names).isNotEmpty();
        return names;
    }

    @ParameterizedTest(name = "{0}, with a fix: {1}")
    @DisplayName("a release stops at a vulnerability from high on that has a fix, and at no other")
    @CsvSource({"critical, true, true", "high, true, true", "high, false, false", "medium, true, false"})
    void severity(String severity, boolean fixed, boolean stops) throws IOException {
        grype.knows(libraries, severity, fixed);
        accept("");
        for (List<String> scan : scans()) {
            assertThat(stops(scan)).as(scan.toString()).isEqualTo(stops);
            assertThat(all(scan, "table"))
                    .as("it is there, whatever comes of it")
                    .contains(Grype.FINDING);
        }
    }

    @Test
    @DisplayName("one that was accepted passes until its day")
    void accepted() throws IOException {
        grype.knows(libraries, "high", true);
        accept(Grype.FINDING + " 2099-12-31 nobody calls it");
        assertThat(scans()).noneMatch(ScanIT::stops);
        accept(Grype.FINDING + " 2026-01-01 nobody called it");
        assertThat(scans()).allMatch(ScanIT::stops);
    }

    @Test
    @DisplayName("no library escapes: what the scanner does not know in the image it knows by the image's list")
    void everyLibrary() throws IOException {
        grype.knows(libraries, "low", true);
        accept("");
        Set<String> seen = new TreeSet<>();
        scans().forEach(scan -> seen.addAll(Grype.found(all(scan, "json"))));
        assertThat(seen).isEqualTo(libraries);
    }

    /** Writes the list of exceptions, and the scanner's settings from it as the job does. */
    private static void accept(String line) throws IOException {
        Files.writeString(checkout.folder().resolve(".github/accepted-vulnerabilities.txt"), line + "\n");
        String script = steps().map(step -> String.valueOf(step.get("run")))
                .filter(run -> run.contains(".grype.yaml"))
                .findFirst()
                .orElseThrow();
        Command.bash(script).in(checkout.folder()).run().orFail();
    }

    /** The arguments of each scan of the job, as scan-action makes them of what the step says. */
    private static List<List<String>> scans() {
        return steps().filter(step -> String.valueOf(step.get("uses")).startsWith("anchore/scan-action@"))
                .map(step -> arguments(Yaml.map(step.get("with"))))
                .toList();
    }

    /** A word that no step says yet has to be added here first. */
    private static List<String> arguments(Map<String, Object> with) {
        assertThat(with.keySet()).isSubsetOf("image", "sbom", "only-fixed", "severity-cutoff", "output-format");
        List<String> words = new ArrayList<>();
        words.add(with.containsKey("sbom") ? "sbom:" + with.get("sbom") : IMAGE);
        words.addAll(List.of("--fail-on", String.valueOf(with.get("severity-cutoff"))));
        words.addAll(List.of("-o", String.valueOf(with.get("output-format"))));
        if (Boolean.TRUE.equals(with.get("only-fixed"))) {
            words.add("--only-fixed");
        }
        return words;
    }

    private static Stream<Map<String, Object>> steps() {
        Map<String, Object> release = Yaml.document(Repository.read(".github/workflows/release.yml"));
        return Yaml.mapsAt(release, "jobs", "build", "steps").stream();
    }

    /** Whether a scan ends a job: by this exit code grype says that it found what it was to fail on. */
    private static boolean stops(List<String> scan) {
        CommandResult result = grype.run(checkout.folder(), scan);
        if (result.exitCode() != 2) {
            result.orFail();
        }
        return result.exitCode() == 2;
    }

    /** All that a scan finds, whatever its severity. */
    private static String all(List<String> scan, String format) {
        return grype.run(checkout.folder(), List.of(scan.getFirst(), "-o", format))
                .orFail()
                .output();
    }
}
