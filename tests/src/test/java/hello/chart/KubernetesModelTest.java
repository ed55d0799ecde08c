package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import hello.support.Repository;
import hello.support.Yaml;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkers that accept everything look the same as a repository without mistakes: so here are mistakes. */
class KubernetesModelTest {

    private static final String DEPLOYMENT =
            Repository.read("tests/src/test/resources/kubernetes-model/deployment.yaml");

    @Test
    void acceptsWhatIsRight() {
        assertThat(KubernetesModel.mistakes(Yaml.document(DEPLOYMENT))).isEmpty();
        assertThat(RestrictedPod.mistakes(Yaml.mapAt(Yaml.document(DEPLOYMENT), "spec", "template", "spec")))
                .isEmpty();
    }

    static Stream<Arguments> wrongObjects() {
        return Stream.of(
                arguments("apps/v1", "extensions/v1beta1", "unknown kind extensions/v1beta1/Deployment"),
                arguments("apps/v1", "apps/v1beta2", "unknown kind apps/v1beta2/Deployment"),
                arguments("kind: Deployment", "kind: Deploymnt", "unknown kind apps/v1/Deploymnt"),
                arguments(
                        "\nspec:",
                        "\nspc:",
                        "field `spc` in the JSON string is not defined in the `V1Deployment` properties"),
                arguments(
                        "replicas: 2",
                        "replica: 2",
                        "field `replica` in the JSON string is not defined in the `V1DeploymentSpec`"),
                arguments("replicas: 2", "replicas: \"2\"", "$.spec.replicas: want number, got text '2'"),
                arguments("replicas: 2", "replicas: two", "For input string: \"two\""),
                arguments("replicas: 2", "replicas:", "$.spec.replicas: null"),
                arguments("selector:", "paused: true #", "required field `selector` is not found"),
                arguments("maxSurge: 1", "maxSurge: [1]", "field `maxSurge` to be a primitive type"),
                arguments(
                        "image:",
                        "imagePullPolice:",
                        "field `imagePullPolice` in the JSON string is not defined in the `V1Container`"),
                arguments("- name: web", "- tty: true", "required field `name` is not found"),
                arguments(
                        "args: [run]", "args: run", "field `args` to be an array in the JSON string but got `\"run\"`"),
                arguments("args: [run]", "args: [1]", "containers[0].args[0]: want text, got number '1'"),
                arguments("value: \"1\"", "value: 1", "containers[0].env[0].value: want text, got number '1'"),
                arguments("part: \"1\"", "part: yes", "$.metadata.labels.part: want text, got boolean 'true'"),
                arguments(
                        "containerPort: 80",
                        "port: 80",
                        "field `port` in the JSON string is not defined in the `V1ContainerPort`"),
                arguments("cpu: 100m", "cpu: 100mm", "'100mm': Could not parse suffix"),
                arguments("emptyDir: {}", "emptyDir: []", "Not a JSON Object: []"));
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @MethodSource("wrongObjects")
    void namesTheMistakeInAnObject(String right, String wrong, String message) {
        assertThat(KubernetesModel.mistakes(Yaml.document(edit(right, wrong))))
                .anyMatch(mistake -> mistake.contains(message));
    }

    static Stream<Arguments> noYaml() {
        return Stream.of(
                arguments("replicas: 2", "replicas: 2\n  replicas: 4", "found duplicate key replicas"),
                arguments("{app: web}", "{app: web, app: web}", "found duplicate key app"),
                arguments("spec:", "spec:\n\t", "cannot start any token"),
                arguments("args: [run]", "args: [run", "expected ',' or ']'"));
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @MethodSource("noYaml")
    void refusesWhatIsNoYaml(String right, String wrong, String message) {
        String text = edit(right, wrong);
        assertThatThrownBy(() -> Yaml.documents(text)).hasMessageContaining(message);
    }

    static Stream<Arguments> unrestricted() {
        return Stream.of(
                arguments("runAsNonRoot: true", "runAsUser: 1", "web: runAsNonRoot is not true"),
                arguments("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 0", "web: runAsUser is 0"),
                arguments("runAsNonRoot: true", "sysctls: []", "sysctls"),
                arguments("RuntimeDefault", "Unconfined", "web: seccompProfile is not"),
                arguments(
                        "allowPrivilegeEscalation: false", "privileged: true", "web: allowPrivilegeEscalation is not"),
                arguments("allowPrivilegeEscalation: false", "privileged: true", "web: privileged"),
                arguments("[ALL]", "[NET_RAW]", "web: capabilities.drop lacks ALL"),
                arguments("[ALL]", "[ALL], add: [SYS_ADMIN]", "web: capabilities.add has more"),
                arguments("drop: [ALL]}", "drop: [ALL]}, procMount: Unmasked", "web: procMount"),
                arguments("containerPort: 80", "containerPort: 80, hostPort: 80", "web: hostPort"),
                arguments("emptyDir: {}", "hostPath: {path: /}", "volume of type hostPath"),
                arguments("volumes:", "hostNetwork: true\n      volumes:", "hostNetwork"),
                arguments("containers:", "initContainers: [{name: first}]\n      containers:", "first: allowPriv"));
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @MethodSource("unrestricted")
    void namesWhatIsNotRestricted(String right, String wrong, String message) {
        assertThat(RestrictedPod.mistakes(Yaml.mapAt(Yaml.document(edit(right, wrong)), "spec", "template", "spec")))
                .anyMatch(mistake -> mistake.startsWith(message));
    }

    @Test
    void everyKindInTheTableIsInTheModel() {
        KubernetesModel.KINDS.forEach((version, kinds) -> kinds.forEach(
                kind -> assertThat(KubernetesModel.mistakes(Map.of("apiVersion", version, "kind", kind, "nosuch", 1)))
                        .as(version + " " + kind)
                        .anyMatch(mistake -> mistake.contains("`nosuch` in the JSON string is not defined"))));
    }

    private static String edit(String right, String wrong) {
        assertThat(DEPLOYMENT).contains(right);
        return DEPLOYMENT.replace(right, wrong);
    }
}
