package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.list;
import static hello.support.Yaml.map;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;

import hello.support.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** What must be true of the service's rendered objects, whatever the environment: rules across fields and objects. */
final class ChartRules {

    /** The kinds that always make up the service; the AppProject of the environments permits these. */
    static final Set<String> KINDS = Set.of(
            "Deployment",
            "HorizontalPodAutoscaler",
            "Ingress",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "Service",
            "ServiceAccount");

    /** Which commit is applied, as Argo CD tells it together with the health: argocd/notifications. */
    static final String COMMIT_LINK = "link.argocd.argoproj.io/commit";

    private final List<String> broken = new ArrayList<>();
    private final List<Map<String, Object>> objects;
    private final Properties service = serviceProperties();

    private ChartRules(List<Map<String, Object>> objects) {
        this.objects = objects;
    }

    /**
     * Holds a rendered chart against all rules.
     *
     * @param objects the chart's objects and its test pods, from {@link Chart#renderWithTests}
     * @return one sentence for each broken rule; empty when all is well
     */
    static List<String> broken(List<Map<String, Object>> objects) {
        ChartRules rules = new ChartRules(objects);
        objects.forEach(rules::valid);
        if (rules.broken.isEmpty()) {
            rules.objects();
            rules.testPods();
            rules.labels();
            rules.ports();
            rules.outgoing();
            rules.pods();
            rules.files();
            rules.monitoring();
            rules.numbers();
        }
        return rules.broken;
    }

    private void valid(Map<String, Object> object) {
        if (!isForeign(object)) {
            KubernetesModel.mistakes(object).forEach(mistake -> broken.add(object.get("kind") + " " + mistake));
        }
    }

    /** Whether a kind is not Kubernetes' own: no model here knows its fields. */
    private static boolean isForeign(Map<String, Object> object) {
        String group = object.get("apiVersion").toString().replaceFirst("/.*", "");
        return group.contains(".") && !group.endsWith(".k8s.io");
    }

    private void objects() {
        Set<String> kinds = new TreeSet<>();
        Set<String> names = new HashSet<>();
        for (Map<String, Object> object : objects) {
            Map<String, Object> metadata = mapAt(object, "metadata");
            rule(names.add(object.get("kind") + "/" + metadata.get("name")), "two objects of one kind and name");
            rule(!metadata.containsKey("namespace"), "no object names a namespace: whoever installs it does");
            rule(
                    !metadata.toString().replace(COMMIT_LINK, "").contains("argocd.argoproj.io"),
                    "no hook or option of Argo CD");
            if (!isForeign(object)) {
                kinds.add((String) object.get("kind"));
            }
        }
        kinds.removeAll(Set.of("Pod", "ConfigMap"));
        rule(kinds.equals(KINDS), "the kinds are " + new TreeSet<>(KINDS) + ", not " + kinds);
    }

    private void testPods() {
        List<Map<String, Object>> pods = all("Pod");
        rule(!pods.isEmpty(), "there is a test pod");
        for (Map<String, Object> pod : pods) {
            RestrictedPod.mistakes(mapAt(pod, "spec")).forEach(mistake -> broken.add("test pod: " + mistake));
            rule("test".equals(mapAt(pod, "metadata", "annotations").get(Chart.SHOWN_HOOK)), "pods are tests only");
            rule(
                    !selects(at(one("Service"), "spec", "selector"), labels(pod)),
                    "the Service sends nothing to a test pod");
            rule(!mapAt(pod, "spec").containsKey("serviceAccountName"), "a test pod has no account");
        }
    }

    private void labels() {
        Map<String, Object> template = mapAt(one("Deployment"), "spec", "template");
        Map<String, Object> pod = labels(template);
        Object commit = at(template, "metadata", "annotations", "org.opencontainers.image.revision");
        rule(
                at(one("Service"), "metadata", "annotations", COMMIT_LINK)
                        .toString()
                        .matches("commit " + commit + "\\|https?://\\S+/"),
                "the Service has a link that names the pods' commit");
        for (String kind : List.of("Deployment", "PodDisruptionBudget")) {
            rule(selects(at(one(kind), "spec", "selector", "matchLabels"), pod), kind + " selects the pods");
        }
        rule(selects(at(one("Service"), "spec", "selector"), pod), "Service selects the pods");
        rule(
                selects(at(one("NetworkPolicy"), "spec", "podSelector", "matchLabels"), pod),
                "NetworkPolicy selects the pods");
        for (Map<String, Object> spread : mapsAt(podSpec(), "topologySpreadConstraints")) {
            rule(selects(at(spread, "labelSelector", "matchLabels"), pod), "the spread selects the pods");
            rule(
                    list(spread.get("matchLabelKeys")).equals(List.of("pod-template-hash")),
                    "the spread counts one release");
        }
        rule(
                map(at(one("HorizontalPodAutoscaler"), "spec", "scaleTargetRef"))
                        .equals(Map.of("apiVersion", "apps/v1", "kind", "Deployment", "name", "hello")),
                "HPA scales the Deployment");
    }

    private void ports() {
        Map<String, Object> ports = new HashMap<>();
        mapsAt(container(), "ports").forEach(port -> ports.put((String) port.get("name"), port.get("containerPort")));
        rule(
                ports.equals(
                        Map.of("http", setting("micronaut.server.port"), "management", setting("endpoints.all.port"))),
                "the container's ports are those of application.properties, not " + ports);
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            rule("management".equals(at(container(), probe, "httpGet", "port")), probe + " asks the management port");
        }
        rule(
                mapsAt(one("Service"), "spec", "ports")
                        .equals(List.of(Map.of("name", "http", "port", 80, "targetPort", "http"))),
                "the Service offers port 80 alone, from the pods' http");
        for (Map<String, Object> host : mapsAt(one("Ingress"), "spec", "rules")) {
            rule(
                    at(host, "http", "paths", 0, "backend", "service")
                            .equals(Map.of("name", "hello", "port", Map.of("name", "http"))),
                    "the Ingress leads to the Service");
        }
        rule(
                mapsAt(one("NetworkPolicy"), "spec", "ingress")
                        .get(0)
                        .get("ports")
                        .equals(List.of(Map.of("port", "http"))),
                "ingress controllers reach the http port alone");
        rule(
                list(at(one("NetworkPolicy"), "spec", "policyTypes")).equals(List.of("Ingress", "Egress")),
                "in and out are closed");
    }

    private void outgoing() {
        List<Object> egress = list(mapAt(one("NetworkPolicy"), "spec").getOrDefault("egress", List.of()));
        for (Object entry : egress) {
            rule(
                    mapsAt(entry, "to").size() == 1
                            && mapsAt(entry, "ports").stream().allMatch(port -> port.containsKey("port")),
                    "what goes out has one target and a port");
        }
        rule(
                egress.isEmpty() || egress.get(0).toString().contains("kube-system"),
                "where something goes out, DNS is asked");
    }

    private void pods() {
        RestrictedPod.mistakes(podSpec()).forEach(mistake -> broken.add("pod: " + mistake));
        rule(
                Boolean.TRUE.equals(at(container(), "securityContext", "readOnlyRootFilesystem")),
                "the root file system is read-only");
        rule(one("ServiceAccount").get("automountServiceAccountToken").equals(false), "the account has no token");
        rule(Boolean.FALSE.equals(podSpec().get("automountServiceAccountToken")), "the pods have no token");
        rule(Boolean.FALSE.equals(podSpec().get("enableServiceLinks")), "no variables of other Services");
        rule("hello".equals(podSpec().get("serviceAccountName")), "the pods have their own account");
        List<Object> variables = mapsAt(container(), "env").stream()
                .map(variable -> variable.get("name"))
                .toList();
        rule(new HashSet<>(variables).size() == variables.size(), "no variable is there twice");
        rule(
                map(at(container(), "resources", "requests"))
                        .keySet()
                        .equals(Set.of("cpu", "memory", "ephemeral-storage")),
                "CPU, memory and disk requested");
    }

    private void files() {
        for (Map<String, Object> files : all("ConfigMap")) {
            rule(
                    mapsAt(podSpec(), "volumes")
                            .contains(Map.of(
                                    "name", "config", "configMap", Map.of("name", at(files, "metadata", "name")))),
                    "the pods have the ConfigMap's files");
            rule(
                    mapsAt(container(), "volumeMounts")
                            .contains(Map.of("name", "config", "mountPath", "/config", "readOnly", true)),
                    "the files are in /config, read-only");
            rule(
                    mapAt(one("Deployment"), "spec", "template", "metadata")
                            .toString()
                            .contains("checksum/config="),
                    "a changed file replaces the pods");
        }
    }

    private void monitoring() {
        for (Map<String, Object> monitor : all("PodMonitor")) {
            rule(
                    selects(
                            at(monitor, "spec", "selector", "matchLabels"),
                            labels(mapAt(one("Deployment"), "spec", "template"))),
                    "PodMonitor selects the pods");
            Map<String, Object> endpoint =
                    mapsAt(monitor, "spec", "podMetricsEndpoints").get(0);
            rule(
                    "management".equals(endpoint.get("port")) && "/prometheus".equals(endpoint.get("path")),
                    "Prometheus asks the management port for /prometheus");
            rule(one("NetworkPolicy").toString().contains("port=management"), "the NetworkPolicy lets Prometheus in");
        }
    }

    private void numbers() {
        Map<String, Object> deployment = mapAt(one("Deployment"), "spec");
        rule(!deployment.containsKey("replicas"), "the replica count belongs to the HPA");
        rule(
                at(deployment, "strategy", "rollingUpdate", "maxUnavailable").equals(0),
                "a rollout takes no pod before its successor is ready");
        int sleep = (int) at(container(), "lifecycle", "preStop", "sleep", "seconds");
        int graceful = setting("micronaut.lifecycle.graceful-shutdown.grace-period");
        rule(
                (int) podSpec().get("terminationGracePeriodSeconds") > sleep + graceful,
                "the grace period is more than the sleep (" + sleep + " s) and the service's own (" + graceful + " s)");
        int start = (int) at(container(), "startupProbe", "periodSeconds")
                * (int) at(container(), "startupProbe", "failureThreshold");
        rule(
                (int) deployment.get("progressDeadlineSeconds") > start,
                "the deadline leaves time to start (" + start + " s)");
        rule(at(container(), "startupProbe", "periodSeconds").equals(1), "a starting pod is asked each second");
        Map<String, Object> scaling = mapAt(one("HorizontalPodAutoscaler"), "spec");
        int minimum = (int) scaling.get("minReplicas");
        rule(
                minimum >= 2 && (int) scaling.get("maxReplicas") >= minimum,
                "two replicas at least, and no lower maximum");
        rule((int) at(one("PodDisruptionBudget"), "spec", "maxUnavailable") < minimum, "a drain leaves a pod");
        rule(
                "AlwaysAllow".equals(at(one("PodDisruptionBudget"), "spec", "unhealthyPodEvictionPolicy")),
                "a broken pod holds up no drain");
    }

    private void rule(boolean kept, String sentence) {
        if (!kept) {
            broken.add(sentence);
        }
    }

    private List<Map<String, Object>> all(String kind) {
        return objects.stream()
                .filter(object -> kind.equals(object.get("kind")))
                .toList();
    }

    private Map<String, Object> one(String kind) {
        return all(kind).get(0);
    }

    private Map<String, Object> podSpec() {
        return mapAt(one("Deployment"), "spec", "template", "spec");
    }

    private Map<String, Object> container() {
        return mapsAt(podSpec(), "containers").get(0);
    }

    private static Map<String, Object> labels(Map<String, Object> object) {
        return mapAt(object, "metadata", "labels");
    }

    private static boolean selects(Object selector, Map<String, Object> labels) {
        return !map(selector).isEmpty()
                && labels.entrySet().containsAll(map(selector).entrySet());
    }

    private int setting(String name) {
        return Integer.parseInt(service.getProperty(name, "nothing for " + name).replaceAll("s$", ""));
    }

    private static Properties serviceProperties() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Repository.read("service/src/main/resources/application.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
