package hello.chart;

import static hello.support.Yaml.list;
import static hello.support.Yaml.mapsAt;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What Argo CD and each of its Applications is told. Where a line of it is missing nothing fails at once: something is
 * kept, fought over, or noticed late.
 */
final class ApplicationRules {

    private static final String OPTIONS = "argocd.argoproj.io/sync-options";
    private static final String COMPARE = "argocd.argoproj.io/compare-options";
    private static final String PATHS = "argocd.argoproj.io/manifest-generate-paths";

    /** What follows the branch, and is looked at again after each push. */
    private static final Set<Object> FOLLOWING = Set.of("root", "platform", "environment");

    /** The controller writes it into a generator on each refresh. */
    private static final Map<String, Object> EMPTY_TEMPLATE =
            Map.of("metadata", Map.of(), "spec", Map.of("destination", Map.of(), "project", ""));

    private final List<String> broken = new ArrayList<>();

    private ApplicationRules() {}

    /**
     * Holds a repository against the rules.
     *
     * @param repository a folder with {@code argocd} and {@code gitops/platform}
     * @return one sentence for each broken rule; empty when all is well
     */
    static List<String> broken(Path repository) {
        ApplicationRules rules = new ApplicationRules();
        new Chart(repository.resolve("argocd/root"), Platform.WITH_PREVIEWS.parameters())
                .render()
                .forEach(rules::object);
        Platform.kustomized(repository.resolve("gitops/platform")).forEach(rules::object);
        rules.install(repository.resolve("argocd/install"));
        return rules.broken;
    }

    private void object(Map<String, Object> object) {
        switch ((String) object.get("kind")) {
            case "Application" -> application(object);
            case "ApplicationSet" -> set(object);
            case "AppProject" -> project(object);
            case "Service" -> service(object);
            default -> {}
        }
    }

    private void application(Map<String, Object> application) {
        String name = name(application);
        compared(application);
        synced(name, map(application, "spec", "syncPolicy"));
        rule(!map(application, "spec").containsKey("ignoreDifferences"), name + " overlooks differences");
        Object component = label(application);
        if (FOLLOWING.contains(component)) {
            rendered(name, application);
        }
        if (Set.of("environment", "preview").contains(component)) {
            namespace(name, map(application, "spec", "syncPolicy"));
        }
    }

    private void synced(String name, Map<String, Object> policy) {
        Map<String, Object> automated = map(policy, "automated");
        rule(isOn(automated, "enabled"), name + " waits for somebody to sync it");
        rule(isOn(automated, "prune"), name + " keeps what git has no more");
        rule(isOn(automated, "selfHeal"), name + " keeps what somebody changed in the cluster");
        Map<String, Object> retry = map(policy, "retry");
        rule(retry.get("limit") instanceof Integer limit && limit >= 10, name + " gives a failed sync up early");
        rule(isOn(retry, "refresh"), name + " tries a failed commit again where there is a newer one");
        rule(map(retry, "backoff").containsKey("maxDuration"), name + " waits ever longer between two tries");
        rule(options(policy).contains("ServerSideApply=true"), name + " fights over fields of others");
        rule(options(policy).contains("ApplyOutOfSyncOnly=true"), name + " applies what is in sync");
    }

    private void namespace(String name, Map<String, Object> policy) {
        rule(options(policy).contains("CreateNamespace=true"), name + " has no namespace when it is new");
        Map<String, Object> labels = map(policy, "managedNamespaceMetadata", "labels");
        rule(
                "restricted".equals(labels.get("pod-security.kubernetes.io/enforce")),
                name + " has a namespace that is not restricted");
        rule(labels.containsKey("app.kubernetes.io/part-of"), name + " has a namespace that is nobody's");
    }

    private void compared(Map<String, Object> object) {
        rule(
                "ServerSideDiff=true".equals(annotations(object).get(COMPARE)),
                name(object) + " is not compared by the API server");
    }

    private void told(Map<String, Object> set) {
        rule(
                list(map(set, "spec", "preservedFields").getOrDefault("annotations", List.of()))
                        .contains("argocd.argoproj.io/refresh-timestamp"),
                name(set) + " takes away what tells one word from the next");
    }

    /** A commit that touches nothing of an Application renders nothing anew, one that does always does. */
    private void rendered(String name, Map<String, Object> application) {
        Path source = Path.of((String) map(application, "spec", "source").get("path"));
        List<Path> watched = Stream.of(String.valueOf(annotations(application).getOrDefault(PATHS, ""))
                        .split(";"))
                .filter(path -> !path.isEmpty())
                .map(path -> path.startsWith("/") ? Path.of(path.substring(1)) : source.resolve(path))
                .map(Path::normalize)
                .toList();
        rule(!watched.isEmpty(), name + " is rendered anew by each commit");
        Stream<Path> files =
                list(map(application, "spec", "source", "helm").getOrDefault("valueFiles", List.of())).stream()
                        .map(file -> source.resolve((String) file).normalize());
        Stream.concat(Stream.of(source), files)
                .filter(path -> watched.stream().noneMatch(path::startsWith))
                .forEach(path -> rule(watched.isEmpty(), name + " does not notice a change of " + path));
    }

    private void set(Map<String, Object> set) {
        String name = name(set);
        compared(set);
        told(set);
        application(map(set, "spec", "template"));
        rule(
                list(map(set, "spec").getOrDefault("goTemplateOptions", List.of()))
                        .contains("missingkey=error"),
                name + " fills in nothing for what is missing");
        Map<String, Object> policy = map(set, "spec", "syncPolicy");
        if ("environments".equals(label(set))) {
            rule("create-update".equals(policy.get("applicationsSync")), name + " deletes what has no file");
            rule(isOn(policy, "preserveResourcesOnDeletion"), name + " takes what runs with it");
        } else {
            rule("sync".equals(policy.get("applicationsSync")), name + " keeps what nobody asks for any more");
        }
        mapsAt(set, "spec", "generators").stream()
                .flatMap(generator -> generator.values().stream().map(Yaml::map))
                .forEach(generator -> {
                    rule(EMPTY_TEMPLATE.equals(generator.get("template")), name + " is never in sync");
                    rule(generator.containsKey("requeueAfterSeconds"), name + " looks every half hour");
                });
    }

    /** Without it the root, as it goes, could not finish: nothing would permit what it still has to do. */
    private void project(Map<String, Object> project) {
        if (name(project).endsWith("-root")) {
            rule("Prune=false".equals(annotations(project).get(OPTIONS)), name(project) + " prunes its own rights");
        }
    }

    private void service(Map<String, Object> service) {
        if ("LoadBalancer".equals(map(service, "spec").get("type"))) {
            rule(
                    annotations(service).containsKey("argocd.argoproj.io/ignore-healthcheck"),
                    name(service) + " waits for an address");
        }
    }

    private void install(Path folder) {
        List<Object> patches =
                mapsAt(Yaml.document(Repository.read(folder.resolve("kustomization.yaml"))), "patches").stream()
                        .map(patch -> patch.get("path"))
                        .toList();
        for (String file : List.of("argocd-cm.yaml", "argocd-cmd-params-cm.yaml")) {
            rule(patches.contains(file), "Argo CD does not get " + file);
        }
        settings(map(Yaml.document(Repository.read(folder.resolve("argocd-cm.yaml"))), "data"));
        controller(map(Yaml.document(Repository.read(folder.resolve("argocd-cmd-params-cm.yaml"))), "data"));
    }

    /** Whether the rules for health judge rightly, Argo CD itself says: HealthIT. */
    private void settings(Map<String, Object> settings) {
        String health = "resource.customizations.health.";
        rule(seconds(settings, "timeout.reconciliation") <= 60, "a push of which nobody tells is noticed late");
        rule(
                settings.getOrDefault(health + "argoproj.io_Application", "")
                        .toString()
                        .contains("status = health.status"),
                "the root is Healthy whatever its Applications are");
        rule(
                settings.getOrDefault(health + "autoscaling_HorizontalPodAutoscaler", "")
                        .toString()
                        .contains("FailedGetResourceMetric = true"),
                "each rollout is Degraded until its pods are measured");
        rule(
                "true".equals(settings.get("resource.customizations.useOpenLibs.autoscaling_HorizontalPodAutoscaler")),
                "the autoscaler's rule has no clock");
    }

    private void controller(Map<String, Object> settings) {
        rule(seconds(settings, "controller.self.heal.backoff.cap.seconds") <= 5, "the fifth drift heals late");
        rule(seconds(settings, "controller.sync.wave.delay.seconds") == 0, "each sync pauses after the namespace");
        rule(
                "false".equals(settings.get("controller.cluster.cache.batch.events.processing")),
                "the controller wakes ten times a second");
    }

    /** A number of seconds; very many where there is none. */
    private static int seconds(Map<String, Object> settings, String name) {
        String value = String.valueOf(settings.get(name));
        return value.matches("\\d+s?") ? Integer.parseInt(value.replace("s", "")) : Integer.MAX_VALUE;
    }

    private static List<Object> options(Map<String, Object> policy) {
        return list(policy.getOrDefault("syncOptions", List.of()));
    }

    private static boolean isOn(Map<String, Object> map, String switchName) {
        return Boolean.TRUE.equals(map.get(switchName));
    }

    private static String name(Map<String, Object> object) {
        return String.valueOf(map(object, "metadata").get("name"));
    }

    private static Object label(Map<String, Object> object) {
        return map(object, "metadata", "labels").get("app.kubernetes.io/component");
    }

    private static Map<String, Object> annotations(Map<String, Object> object) {
        return map(object, "metadata", "annotations");
    }

    /** The map at a path, an empty one where there is none. */
    private static Map<String, Object> map(Map<String, Object> from, String... path) {
        Map<String, Object> map = from;
        for (String step : path) {
            map = map.get(step) instanceof Map<?, ?> next ? Yaml.map(next) : Map.of();
        }
        return map;
    }

    private void rule(boolean kept, String sentence) {
        if (!kept) {
            broken.add(sentence);
        }
    }
}
