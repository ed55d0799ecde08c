package hello.e2e;

import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Argo CD's word on objects that its own rules judge wrongly, by the rules of argocd/install, run by Argo CD itself.
 */
@ClusterTest
class HealthIT {
    // As the autoscaler says it (kubernetes/pkg/controller/podautoscaler: metrics/client.go, replica_calculator.go).
    private static final String NO_API =
            "unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: "
                    + "the server is currently unable to handle the request";
    private static final String NONE =
            "unable to get metrics for resource cpu: no metrics returned from resource metrics API";
    private static final String TOO_YOUNG = "did not receive metrics for targeted pods (pods might be unready)";

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "an autoscaler whose pods are only young is Healthy, one that is never measured is Degraded in the end")
    void autoscaler() throws IOException {
        Map<String, String> expected = expected();
        for (Map.Entry<String, String> each : expected.entrySet()) {
            assertThat(verdict(each.getKey())).as(each.getKey()).contains("STATUS: " + each.getValue());
        }
        measured(expected.size() + " of " + expected.size() + " called so");
    }

    @Test
    @DisplayName("an Application that keeps others, as the root does, is as healthy as they are")
    void application() throws IOException {
        String application = """
                apiVersion: argoproj.io/v1alpha1
                kind: Application
                metadata: {name: held}
                status: {STATUS}
                """;
        assertThat(verdict(application.replace("STATUS", ""))).contains("STATUS: Progressing");
        List<String> states = List.of("Healthy", "Progressing", "Degraded", "Suspended", "Missing");
        for (String state : states) {
            assertThat(verdict(application.replace("STATUS", "health: {status: " + state + "}")))
                    .contains("STATUS: " + state);
        }
        measured(states.size() + " of " + states.size() + " states shown");
    }

    /** What Argo CD itself says of an object, by the rules of argocd/install, in another time zone. */
    private String verdict(String object) throws IOException {
        Path file = Files.writeString(folder.resolve("object.yaml"), object);
        return Cluster.run(
                        Cluster.ROOT,
                        "env",
                        "TZ=America/New_York",
                        "argocd",
                        "admin",
                        "settings",
                        "resource-overrides",
                        "health",
                        file.toString(),
                        "--argocd-cm-path",
                        "argocd/install/argocd-cm.yaml")
                .orFail()
                .output();
    }

    /** Autoscalers, and what Argo CD has to call each. */
    private static Map<String, String> expected() {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put(hpa(4, "status: {}\n"), "Progressing");
        expected.put(hpa(4, condition("ScalingActive", "True", "ValidMetricFound", "", 60)), "Healthy");
        expected.put(hpa(4, condition("ScalingActive", "False", "ScalingDisabled", "", 60)), "Healthy");
        expected.put(hpa(4, condition("AbleToScale", "False", "FailedGetScale", "", 0)), "Degraded");
        // A fixed count: its minimum is its maximum.
        expected.put(hpa(2, condition("ScalingActive", "False", "FailedGetResourceMetric", NO_API, 21)), "Healthy");
        for (String message : new String[] {NO_API, NONE, TOO_YOUNG}) {
            expected.put(
                    hpa(4, condition("ScalingActive", "False", "FailedGetResourceMetric", message, 19)), "Healthy");
            expected.put(
                    hpa(4, condition("ScalingActive", "False", "FailedGetResourceMetric", message, 21)), "Degraded");
        }
        return expected;
    }

    private static String hpa(int max, String status) {
        return Cluster.resource("autoscalers/hpa.yaml").replace("MAX", "" + max).replace("\nSTATUS\n", "\n" + status);
    }

    private static String condition(String type, String state, String reason, String message, int minutesAgo) {
        Instant since = Instant.now().minus(Duration.ofMinutes(minutesAgo)).truncatedTo(ChronoUnit.SECONDS);
        return Cluster.resource("autoscalers/condition.yaml")
                .replace("TYPE", type)
                .replace("STATE", state)
                .replace("REASON", reason)
                .replace("MESSAGE", message)
                .replace("SINCE", since.toString());
    }
}
