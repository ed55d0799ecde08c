package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.error.YAMLException;

/** The chart in every environment: renders, is valid, keeps the rules; and the rules notice planted mistakes. */
class ChartTest {

    private static final Path PRODUCTION = Chart.ENVIRONMENTS.resolve("production/values.yaml");

    @TempDir
    private Path folder;

    static List<Path> environments() {
        return Chart.environments();
    }

    @ParameterizedTest
    @MethodSource("environments")
    void keepsTheRulesInEachEnvironment(Path environment) {
        assertThat(ChartRules.broken(copy().renderWithTests(environment.resolve("values.yaml"), Chart.IMAGE_FILE)))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("environments")
    void rendersTheImageThatAnEnvironmentHas(Path environment) {
        Path image = environment.resolve("image.yaml");
        if (Files.exists(image)) {
            assertThat(Chart.SERVICE.text(Chart.OLDEST_KUBERNETES, environment.resolve("values.yaml"), image))
                    .contains((String) Yaml.at(Yaml.document(Repository.read(image)), "image", "digest"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.35.1", "1.36.0", "1.37.2"})
    void rendersTheSameOnEverySupportedKubernetes(String version) {
        assertThat(Chart.SERVICE.text(version, PRODUCTION, Chart.IMAGE_FILE))
                .isEqualTo(Chart.SERVICE.text(Chart.OLDEST_KUBERNETES, PRODUCTION, Chart.IMAGE_FILE));
    }

    @Test
    void isRefusedByAnOlderKubernetes() {
        assertThatThrownBy(() -> Chart.SERVICE.text("1.33.9", PRODUCTION, Chart.IMAGE_FILE))
                .hasMessageContaining("incompatible with Kubernetes v1.33.9");
    }

    @Test
    void pinsTheImageByDigestAndNamesItsCommit() {
        assertThat(Chart.SERVICE.text(Chart.OLDEST_KUBERNETES, PRODUCTION, Chart.IMAGE_FILE))
                .contains("image: \"" + Chart.REPOSITORY + ":0123456789ab@sha256:aaaa")
                .contains("org.opencontainers.image.revision: \"0123456789abcdef0123456789abcdef01234567\"");
    }

    @Test
    void runsATagAloneToo() {
        Path image = Chart.write(folder.resolve("image.yaml"), "image: {tag: _a-very.long.tag" + "x".repeat(80) + "-}");
        assertThat(Chart.SERVICE.text(Chart.OLDEST_KUBERNETES, PRODUCTION, image))
                .contains("image: \"" + Chart.REPOSITORY + ":_a-very.long.tagxx")
                .containsPattern("version: \"a-very.long.tagx{47}\"")
                .doesNotContain("@sha256");
    }

    @Test
    void keepsTheReplicasWhenAutoscalingIsSwitchedOff() {
        Path off = Chart.write(folder.resolve("off.yaml"), "{autoscaling: {enabled: false}, replicaCount: 3}");
        List<Map<String, Object>> objects = copy().renderWithTests(PRODUCTION, Chart.IMAGE_FILE, off);
        assertThat(ChartRules.broken(objects)).isEmpty();
        assertThat(objects)
                .filteredOn(object -> object.get("kind").equals("HorizontalPodAutoscaler"))
                .extracting(
                        object -> Yaml.at(object, "spec", "minReplicas"),
                        object -> Yaml.at(object, "spec", "maxReplicas"))
                .containsExactly(tuple(3, 3));
    }

    @Test
    void passesHelmsOwnLint() {
        var lint = withValues().lint();
        assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();
    }

    @Test
    void failsHelmsOwnLintWhenItIsBroken() {
        Chart chart = withValues();
        chart.edit("templates/service.yaml", "kind: Service", "kind: Service: yes");
        assertThat(chart.lint().isFailed()).isTrue();
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments(
                        "deployment.yaml",
                        "  revisionHistoryLimit",
                        "  replicas: 2\n  revisionHistoryLimit",
                        "belongs to the HPA"),
                arguments(
                        "deployment.yaml",
                        "  revisionHistoryLimit: 3",
                        "  revisionHistory: 3",
                        "`revisionHistory` in the JSON string is not defined"),
                arguments("deployment.yaml", "maxUnavailable: 0", "maxUnavailable: 1", "before its successor is ready"),
                arguments(
                        "deployment.yaml",
                        "$shutdown.terminationGracePeriodSeconds }}\n      sec",
                        "25 }}\n      sec",
                        "grace period is more"),
                arguments(
                        "deployment.yaml",
                        "{{ .Values.rollout.progressDeadlineSeconds }}",
                        "60",
                        "deadline leaves time"),
                arguments("deployment.yaml", ".Values.rollout.maxSurge", ".Values.rollout.maxSurg", "maxSurge: null"),
                arguments("deployment.yaml", "[pod-template-hash]", "[app]", "counts one release"),
                arguments(
                        "deployment.yaml",
                        "      automount",
                        "      hostNetwork: true\n      automount",
                        "pod: hostNetwork"),
                arguments(
                        "deployment.yaml",
                        "automountServiceAccountToken: false",
                        "automountServiceAccountToken: true",
                        "pods have no token"),
                arguments(
                        "deployment.yaml",
                        "enableServiceLinks: false",
                        "enableServiceLinks: true",
                        "variables of other Services"),
                arguments(
                        "deployment.yaml",
                        "serviceAccountName: {{ .Release.Name }}",
                        "serviceAccountName: default",
                        "own account"),
                arguments("service.yaml", "commit %s|%s", "tag %s|%s", "a link that names the pods' commit"),
                arguments("deployment.yaml", "emptyDir:", "hostPath:", "`sizeLimit` in the JSON string is not defined"),
                arguments(
                        "deployment.yaml",
                        "containerPort: 8080",
                        "containerPort: 8000",
                        "ports are those of application.properties"),
                arguments("deployment.yaml", "periodSeconds: 1\n", "periodSeconds: 2\n", "asked each second"),
                arguments(
                        "deployment.yaml",
                        "/health/readiness, port: management",
                        "/health/readiness, port: http",
                        "readinessProbe asks"),
                arguments("_helpers.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "read-only"),
                arguments("_helpers.tpl", "drop: [ALL]", "drop: [NET_RAW]", "test pod: curl: capabilities.drop"),
                arguments("_helpers.tpl", "runAsNonRoot: true", "runAsNonRoot: false", "pod: hello: runAsNonRoot"),
                arguments(
                        "service.yaml",
                        "{{- include \"service.selectorLabels\" . | nindent 4 }}\n  ports",
                        "app: hello\n  ports",
                        "Service selects the pods"),
                arguments("service.yaml", "port: 80\n", "port: 8080\n", "offers port 80"),
                arguments("service.yaml", "metadata:", "metadata:\n  namespace: a", "names a namespace"),
                arguments(
                        "service.yaml", "targetPort: http", "targetPort: 80\n      targetPort: http", "duplicate key"),
                arguments("serviceaccount.yaml", "Token: false", "Token: true", "account has no token"),
                arguments(
                        "hpa.yaml", "name: {{ .Release.Name }}\n  min", "name: other\n  min", "scales the Deployment"),
                arguments("hpa.yaml", "autoscaling/v2", "autoscaling/v2beta2", "unknown kind autoscaling/v2beta2"),
                arguments("hpa.yaml", "{{ include \"service.minReplicas\" . }}", "1", "two replicas at least"),
                arguments(
                        "poddisruptionbudget.yaml",
                        "maxUnavailable: {{ .maxUnavailable }}",
                        "maxUnavailable: 2",
                        "drain leaves a pod"),
                arguments("poddisruptionbudget.yaml", "AlwaysAllow", "IfHealthyBudget", "holds up no drain"),
                arguments(
                        "poddisruptionbudget.yaml",
                        "include \"service.selectorLabels\" $",
                        "include \"service.labels\" $ | replace \"hello\" \"helo\"",
                        "PodDisruptionBudget selects"),
                arguments("networkpolicy.yaml", "[Ingress, Egress]", "[Ingress]", "in and out are closed"),
                arguments("networkpolicy.yaml", "- port: {{ .port }}", "- protocol: TCP", "one target and a port"),
                arguments("networkpolicy.yaml", "name: kube-system", "name: default", "DNS is asked"),
                arguments(
                        "_pod.tpl",
                        "- name: {{ $name }}\n  value: ",
                        "- name: POD_NAME\n  value: ",
                        "no variable is there twice"),
                arguments("_pod.tpl", "checksum/config", "checksum/other", "a changed file replaces the pods"),
                arguments("_pod.tpl", "imagePullSecrets:", "imagePullSecret:", "`imagePullSecret` in the JSON string"),
                arguments("configmap.yaml", "$.Release.Name", "$.Chart.Version", "have the ConfigMap's files"),
                arguments("configmap.yaml", "\ndata:", "\nfiles:", "`files` in the JSON string is not defined"),
                arguments("deployment.yaml", "readOnly: true", "readOnly: false", "in /config, read-only"),
                arguments("podmonitor.yaml", "port: management", "port: http", "asks the management port"),
                arguments("podmonitor.yaml", "path: /prometheus", "path: /metrics", "for /prometheus"),
                arguments(
                        "podmonitor.yaml",
                        "include \"service.selectorLabels\" $",
                        "print \"app: hello\"",
                        "PodMonitor selects the pods"),
                arguments("networkpolicy.yaml", "- port: management", "- port: http", "lets Prometheus in"),
                arguments(
                        "networkpolicy.yaml",
                        "- port: http",
                        "- port: http\n        - port: management",
                        "http port alone"),
                arguments("ingress.yaml", "name: http", "name: management", "leads to the Service"),
                arguments(
                        "tests/greeting.yaml",
                        "name: {{ .Chart.Name }}-test",
                        "name: {{ .Chart.Name }}",
                        "sends nothing to a test pod"),
                arguments(
                        "tests/greeting.yaml",
                        "helm.sh/hook: test",
                        "helm.sh/hook: pre-install",
                        "pods are tests only"),
                arguments(
                        "tests/greeting.yaml",
                        "annotations:",
                        "annotations:\n    argocd.argoproj.io/hook: Sync",
                        "option of Argo CD"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("mistakes")
    void noticesMistakes(String template, String right, String wrong, String sentence) {
        Chart chart = copy();
        chart.edit("templates/" + template, right, wrong);
        assertThat(brokenOrRefused(chart)).anyMatch(broken -> broken.contains(sentence));
    }

    private static List<String> brokenOrRefused(Chart chart) {
        try {
            return ChartRules.broken(chart.renderWithTests(PRODUCTION, Chart.IMAGE_FILE, Chart.EVERYTHING));
        } catch (IllegalStateException | YAMLException refused) {
            return List.of(refused.getMessage());
        }
    }

    /** Lint takes no value files: a copy that has the values which every installation gives. */
    private Chart withValues() {
        Chart chart = copy();
        chart.edit("values.yaml", "repository: \"\"", "repository: " + Chart.REPOSITORY);
        chart.edit("values.yaml", "tag: \"\"", "tag: \"1\"");
        chart.edit("values.yaml", "hosts: []", "hosts: [hello.test]");
        return chart;
    }

    private Chart copy() {
        return Chart.SERVICE.copy(folder.resolve("chart"));
    }
}
