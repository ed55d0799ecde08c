package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.list;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ingress controller has the rights it needs, and its way to the Kubernetes API is its own. */
class IngressControllerTest {
    private static final Path PLATFORM = Repository.path("gitops/platform");
    private static final Path LOCAL = Repository.path("local");

    /** The highest that Traefik takes from a configuration: MaxInt - 1000, in its pkg/server/router. */
    private static final long HIGHEST_PRIORITY = Long.MAX_VALUE - 1000;

    @Test
    void onlyPortsOfTheNode() {
        assertThat(RestrictedPod.mistakes(mapAt(deployment(), "spec", "template", "spec")))
                .containsOnly("traefik: hostPort");
    }

    /** The lists stand apart: the ingress controller's project may write the roles, and not the policy. */
    @ParameterizedTest
    @CsvSource({"ClusterRole, clusterwide", "Role, own"})
    void readsJustWhatAdmissionLetsItRead(String kind, String variable) {
        Map<String, Object> role = one(Platform.kustomized(PLATFORM), kind, "traefik");
        Set<Object> read = new HashSet<>();
        for (Map<String, Object> rule : mapsAt(role, "rules")) {
            if (list(rule.get("verbs")).contains("get")) {
                read.addAll(list(rule.get("resources")));
            }
        }
        Map<String, Object> policy = one(Platform.ROOT.render(), "ValidatingAdmissionPolicy", "hello-ingress-rights");
        String allowed = mapsAt(policy, "spec", "variables").stream()
                .filter(each -> variable.equals(each.get("name")))
                .map(each -> each.get("expression").toString())
                .findFirst()
                .orElseThrow();
        Stream<Object> names =
                Pattern.compile("'(.+?)'").matcher(allowed).results().map(name -> name.group(1));
        assertThat(names).containsExactlyInAnyOrderElementsOf(read);
    }

    @Test
    void nobodyReadsTheSecretsOfTheCluster() {
        assertThat(Stream.of(PLATFORM, LOCAL)
                        .flatMap(folder -> Platform.yamlBelow(folder).stream())
                        .flatMap(file -> readersOfSecrets(Repository.read(file)).stream()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiGroups: [''], resources: [services, nodes, secrets], verbs: [get]",
                "apiGroups: ['*'], resources: ['*'], verbs: [list]"
            })
    void noticesWhoReadsTheSecretsOfTheCluster(String rule) {
        String role = "{kind: ClusterRole, metadata: {name: reader}, rules: [{" + rule + "}]}";
        assertThat(readersOfSecrets(role)).containsExactly("reader");
    }

    private static List<Object> readersOfSecrets(String manifest) {
        return Yaml.documents(manifest).stream()
                .filter(object -> "ClusterRole".equals(object.get("kind")))
                .filter(role -> mapsAt(role, "rules").stream()
                        .flatMap(rule -> list(rule.get("resources")).stream())
                        .anyMatch(resource -> resource.equals("secrets") || resource.equals("*")))
                .map(role -> at(role, "metadata", "name"))
                .toList();
    }

    @Test
    void asksTheKubernetesApiThroughItselfOnItsLoopback() {
        assertThat(argument("entrypoints.kubernetes.address")).startsWith("127.0.0.1:");
        assertThat(argument("providers.kubernetesingress.endpoint"))
                .isEqualTo("http://" + argument("entrypoints.kubernetes.address"));
        Object namespace = at(Yaml.document(Repository.read(PLATFORM.resolve("kustomization.yaml"))), "namespace");
        assertThat(at(dynamic(), "http", "middlewares", "own-secrets", "replacePathRegex", "replacement"))
                .isEqualTo("/api/v1/namespaces/" + namespace + "/secrets");
    }

    /** An Ingress may name any entry point and priority; where these are equal, the order of the providers counts. */
    @Test
    void noIngressGetsBetweenItAndTheKubernetesApi() {
        Map<String, Object> router = mapAt(dynamic(), "http", "routers", "kubernetes");
        assertThat(router).containsEntry("rule", "PathPrefix(`/`)").containsEntry("priority", HIGHEST_PRIORITY);
        assertThat(list(router.get("entryPoints"))).containsExactly("kubernetes");
        assertThat(argument("providers.precedence")).isEqualTo("file,kubernetes");
        assertThat(arguments().stream().filter(argument -> argument.endsWith(".asdefault=true")))
                .as("where an Ingress goes that names no entry point")
                .containsExactlyInAnyOrder(
                        "--entrypoints.web.asdefault=true", "--entrypoints.websecure.asdefault=true");
    }

    private static Map<String, Object> dynamic() {
        Map<String, Object> settings = one(Platform.kustomized(PLATFORM), "ConfigMap", "traefik");
        return Yaml.document((String) at(settings, "data", "dynamic.yaml"));
    }

    private static String argument(String name) {
        return arguments().stream()
                .filter(argument -> argument.startsWith("--" + name + "="))
                .map(argument -> argument.substring(name.length() + 3))
                .findFirst()
                .orElse("");
    }

    private static List<String> arguments() {
        return list(at(deployment(), "spec", "template", "spec", "containers", 0, "args")).stream()
                .map(Object::toString)
                .toList();
    }

    private static Map<String, Object> deployment() {
        return one(Platform.kustomized(PLATFORM), "Deployment", "traefik");
    }

    private static Map<String, Object> one(List<Map<String, Object>> objects, String kind, String name) {
        return objects.stream()
                .filter(object -> kind.equals(object.get("kind")) && name.equals(at(object, "metadata", "name")))
                .findFirst()
                .orElseThrow();
    }
}
