package hello.workflows;

import static hello.workflows.ScriptClone.ONE;
import static hello.workflows.ScriptClone.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/verify-release; cosign, gh and kubectl are stand-ins. */
class VerifyReleaseTest {

    private static final String IMAGE = "ghcr.io/ada/hello:x@" + ONE;
    private static final String CERTIFICATE =
            "verify --certificate-oidc-issuer https://token.actions.githubusercontent.com --certificate-identity"
                    + " https://github.com/Ada/Hello/.github/workflows/release.yml@refs/heads/main ghcr.io/ada/hello@";
    private static final String ATTESTATION = " --repo Ada/Hello --signer-workflow"
            + " Ada/Hello/.github/workflows/release.yml --source-ref refs/heads/main --deny-self-hosted-runners"
            + " --source-digest %s --predicate-type https://";
    /** A chart of one template, which is what kubectl was asked to render. */
    private static final String RENDER =
            "{{ define \"asked\" }}%s{{ end }}" + "text: {{ include \"asked\" .Values.list | quote }}\n";

    @TempDir
    private Path root;

    private ScriptClone clone;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        clone.must("git -C clone remote set-url origin git@github.com:ada/hello.git");
    }

    @Test
    void releaseIsVerifiedAgainstItsWorkflow() {
        StandIn cosign = clone.standIn("cosign", "");
        StandIn gh = clone.standIn("gh", "");
        String commit = "c".repeat(40);
        CommandResult result = clone.run("docs/verify-release ghcr.io/ada/hello:tag@" + ONE + " Ada/Hello " + commit);
        assertThat(result.orFail().output().lines().filter(line -> line.startsWith("ok ")))
                .hasSize(3);
        assertThat(cosign.calls()).isEqualTo(CERTIFICATE + ONE + "\n");
        assertThat(gh.calls().lines().skip(1))
                .hasSize(2)
                .allMatch(call -> call.startsWith(
                        "attestation verify oci://ghcr.io/ada/hello@" + ONE + ATTESTATION.formatted(commit)));
    }

    @Test
    void allContainersOfAllPodsAreAskedFor() throws IOException {
        assertThat(seen("{name: web, image: a}")).isEqualTo("a hello-1 web\n");
        assertThat(seen("{name: web, image: a}, {name: sidecar, image: b}"))
                .isEqualTo("a hello-1 web\nb hello-1 sidecar\n");
        assertThat(seen("{name: web, image: a}], initContainers: [{name: first, image: c}"))
                .isEqualTo("c hello-1 first\na hello-1 web\n");
        assertThat(seen("{name: web, image: a}], ephemeralContainers: [{name: debugger, image: d}"))
                .isEqualTo("a hello-1 web\nd hello-1 debugger\n");
    }

    @Test
    void whatAllContainersRunIsVerified() {
        pods(IMAGE + " hello-1 hello", IMAGE + " hello-2 hello");
        assertThat(clone.run("docs/verify-release staging").orFail().output())
                .contains("ghcr.io/ada/hello@" + ONE, "ok      provenance");
    }

    @ParameterizedTest
    @CsvSource({"sidecar", "first", "debugger"})
    void anotherContainerIsNamedWithItsPod(String container) {
        pods(IMAGE + " hello-1 hello", "docker.io/library/busybox:1 stranger-1 " + container);
        clone.refused("docs/verify-release staging", "run more than one image");
        clone.refused("docs/verify-release staging", "busybox:1  (pod stranger-1, container " + container + ")");
    }

    @Test
    void anotherDigestOfTheSameImageIsNamed() {
        pods(IMAGE + " hello-1 hello", "ghcr.io/ada/hello:x@" + TWO + " hello-2 hello");
        clone.refused("docs/verify-release staging", "(pod hello-2, container hello)");
    }

    @Test
    void anEnvironmentWithoutPodsIsNotVerified() {
        pods();
        clone.refused("docs/verify-release staging", "staging has no pods");
        clone.standIn("kubectl", "echo no route >&2; exit 1");
        clone.refused("docs/verify-release staging", "kubectl cannot tell what the pods of staging run: no route");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cosign | echo none >&2; exit 1 | FAILED: signed by the workflow release on main of ada/hello. Do not run
            gh     | case "$*" in attestation*slsa*) exit 1 ;; esac | FAILED: provenance: built there. Do not run
            gh     | case "$*" in attestation*cyclonedx*) exit 1 ;; esac | FAILED: SBOM: attested there. Do not run
            gh     | exit 1                                      | gh is not logged in
            """)
    void unsignedImageIsNotAccepted(String tool, String script, String why) {
        clone.standIn(tool, script);
        clone.refused("docs/verify-release ghcr.io/ada/hello@" + ONE + " ada/hello", why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                | usage: docs/verify-release ENVIRONMENT
            --help                            | usage: docs/verify-release ENVIRONMENT
            a b c d                           | usage: docs/verify-release ENVIRONMENT
            ghcr.io/ada/hello:latest ada/hello | is not REGISTRY/NAME@sha256:DIGEST
            ghcr.io/ada/hello@ONE ada         | 'ada' is no OWNER/NAME
            ghcr.io/ada/hello@ONE ada/hello main | 'main' is not a commit's 40 hex digits
            localhost:5050/hello@ONE ada/hello | comes from a laptop's registry
            staging                           | kubectl is missing
            """)
    void wrongArgumentsAreToldApart(String arguments, String why) {
        clone.refused("docs/verify-release " + arguments.replace("ONE", ONE), why);
    }

    @Test
    void withoutAnOriginOnGitHubTheRepositoryHasToBeNamed() {
        clone.must("git -C clone remote set-url origin ../origin.git");
        clone.refused("docs/verify-release ghcr.io/ada/hello@" + ONE, "'' is no OWNER/NAME");
    }

    @ParameterizedTest
    @CsvSource({"cosign", "gh"})
    void missingToolIsNamed(String tool) throws IOException {
        clone.without(tool);
        clone.refused("docs/verify-release ghcr.io/ada/hello@" + ONE + " ada/hello", tool + " is missing: install it");
    }

    /** A kubectl that gives these lines for what it is asked. */
    private StandIn pods(String... lines) {
        return clone.standIn("kubectl", "printf '%s' '" + String.join("\n", lines) + "'");
    }

    /** What kubectl's template says of one pod with these containers: rendered by Helm, which has the same engine. */
    private String seen(String containers) throws IOException {
        StandIn kubectl = pods(IMAGE + " hello-1 hello");
        clone.run("docs/verify-release staging").orFail();
        String call = kubectl.calls().strip();
        assertThat(call).startsWith("-n hello-staging get pods -o go-template=").doesNotContain(" -l ", "--selector");
        Path chart = Files.createTempDirectory(root, "chart");
        Files.createDirectories(chart.resolve("templates"));
        Files.writeString(chart.resolve("Chart.yaml"), "apiVersion: v2\nname: asked\nversion: 1.0.0\n");
        Files.writeString(
                chart.resolve("values.yaml"),
                "list: {items: [{metadata: {name: hello-1}, spec: {containers: [" + containers + "]}}]}\n");
        Files.writeString(
                chart.resolve("templates/text.yaml"),
                RENDER.formatted(call.substring(call.lastIndexOf("{{range .items"))));
        String rendered = new Helm(chart).template().withKubeVersion("1.35.0").call();
        return (String) Yaml.document(rendered).get("text");
    }
}
