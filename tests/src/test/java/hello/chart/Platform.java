package hello.chart;

import static hello.support.Yaml.at;
import static hello.support.Yaml.list;
import static hello.support.Yaml.mapAt;
import static hello.support.Yaml.mapsAt;
import static java.util.Map.entry;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Argo CD is told to run, from where, to where and with which rights; and whether those fit together. */
final class Platform {

    /** The root's chart with the two values that every installation gives. */
    static final Chart ROOT = new Chart(
            Repository.path("argocd/root"),
            Map.of("repoURL", "https://git.example/team/hello.git", "image", Chart.REPOSITORY));

    /** The commit of the preview in {@link #WITH_PREVIEWS}. */
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** The root on GitHub, with all that is off by default: a branch's preview, and pull requests'. */
    static final Chart WITH_PREVIEWS = new Chart(
            ROOT.folder(),
            Map.ofEntries(
                    entry("image", Chart.REPOSITORY),
                    entry("repoURL", "https://github.com/team/hello.git"),
                    entry("previews", "previews.example"),
                    entry("previewsSecret", "github"),
                    entry("preview.environment", "preview-new-page"),
                    entry("preview.branch", "new-page"),
                    entry("preview.like", "staging"),
                    entry("preview.host", "new-page.staging.hello.test"),
                    entry("preview.revision", COMMIT),
                    entry("preview.commit", COMMIT),
                    entry("preview.tag", "tag"),
                    entry("preview.digest", "sha256:" + "1".repeat(64))));

    private static final Set<String> CLUSTER_WIDE = Set.of(
            "ClusterRole",
            "ClusterRoleBinding",
            "IngressClass",
            "Namespace",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding");

    private final List<Map<String, Object>> root;
    private final Map<String, List<Map<String, Object>>> deployed;
    private final List<String> broken = new ArrayList<>();

    /**
     * Takes the objects apart.
     *
     * @param root the rendered root
     * @param platform the ingress controller's objects
     * @param service the rendered service
     */
    Platform(List<Map<String, Object>> root, List<Map<String, Object>> platform, List<Map<String, Object>> service) {
        this.root = root;
        this.deployed = Map.of("hello-root", root, "platform", platform, "hello", service, "hello-preview", service);
    }

    /**
     * Finds manifests.
     *
     * @param folder an existing folder
     * @return all YAML files below it, sorted; never empty
     */
    static List<Path> yamlBelow(Path folder) {
        return Repository.find(folder, ".*\\.ya?ml");
    }

    /**
     * Reads what a kustomization lists, without building it.
     *
     * @param folder a folder with a {@code kustomization.yaml} of plain files
     * @return their objects
     */
    static List<Map<String, Object>> kustomized(Path folder) {
        Map<String, Object> kustomization = Yaml.document(Repository.read(folder.resolve("kustomization.yaml")));
        return list(at(kustomization, "resources")).stream()
                .flatMap(file -> Yaml.documents(Repository.read(folder.resolve(file.toString()))).stream())
                .toList();
    }

    /**
     * Holds Applications, AppProjects and what they deploy against each other.
     *
     * @return one sentence for each thing that does not fit
     */
    List<String> broken() {
        broken.clear();
        Stream.concat(all("Application"), all("ApplicationSet").map(set -> mapAt(set, "spec", "template")))
                .forEach(this::application);
        deployed.forEach(this::rights);
        return broken;
    }

    private void application(Map<String, Object> application) {
        Object name = at(application, "metadata", "name");
        Map<String, Object> source = mapAt(application, "spec", "source");
        Map<String, Object> project = project(at(application, "spec", "project"));
        rule(
                list(at(project, "spec", "sourceRepos")).equals(List.of(source.get("repoURL"))),
                name + " may come from its repository alone");
        rule(
                mapsAt(project, "spec", "destinations").stream()
                        .anyMatch(to -> to.get("server").equals(at(application, "spec", "destination", "server"))
                                && glob(
                                        to.get("namespace"),
                                        environment(at(application, "spec", "destination", "namespace")))),
                name + " may go to its namespace");
        Path folder = Repository.path((String) source.get("path"));
        rule(folder.toFile().isDirectory(), name + " has a folder " + source.get("path"));
        if (source.containsKey("helm") && Yaml.map(source.get("helm")).containsKey("valueFiles")) {
            // image.yaml comes with the first build, what is in preview with each.
            list(at(source, "helm", "valueFiles")).stream()
                    .map(Platform::environment)
                    .filter(file -> !file.endsWith("/image.yaml") && !file.startsWith("../preview/"))
                    .forEach(file -> rule(folder.resolve(file).toFile().isFile(), name + " has a value file " + file));
        }
    }

    private void rights(String projectName, List<Map<String, Object>> objects) {
        Map<String, Object> project = project(projectName);
        List<Map<String, Object>> namespaced = mapsAt(project, "spec", "namespaceResourceWhitelist");
        List<Map<String, Object>> wide = mapsAt(project, "spec", "clusterResourceWhitelist");
        for (Map<String, Object> object : objects) {
            rule(
                    (isWide(object) ? wide : namespaced).stream().anyMatch(right -> permits(right, object)),
                    projectName + " may make " + object.get("kind") + " " + at(object, "metadata", "name"));
        }
        // Namespaces of the environments are made by Argo CD itself, not from an object in git.
        Stream.concat(namespaced.stream(), wide.stream())
                .filter(right -> !"Namespace".equals(right.get("kind")) && !isOnlySeen(right))
                .forEach(right -> rule(
                        objects.stream().anyMatch(object -> permits(right, object)),
                        projectName + " needs its right to " + right.get("kind")));
    }

    /** Whether a kind is permitted for Argo CD to show it, and admission keeps git from making one. */
    private boolean isOnlySeen(Map<String, Object> right) {
        return all("ValidatingAdmissionPolicy")
                .filter(policy -> "hello-children".equals(at(policy, "metadata", "name")))
                .flatMap(policy -> mapsAt(policy, "spec", "matchConstraints", "resourceRules").stream())
                .anyMatch(rule -> list(rule.get("apiGroups")).contains(right.get("group"))
                        && list(rule.get("resources"))
                                .contains(right.get("kind").toString().toLowerCase(Locale.ROOT) + "s"));
    }

    private Map<String, Object> project(Object name) {
        return all("AppProject")
                .filter(project -> name.equals(at(project, "metadata", "name")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no AppProject " + name));
    }

    private Stream<Map<String, Object>> all(String kind) {
        return root.stream().filter(object -> kind.equals(object.get("kind")));
    }

    private static boolean isWide(Map<String, Object> object) {
        return CLUSTER_WIDE.contains(object.get("kind"));
    }

    /** Whether a right of a project permits an object. */
    static boolean permits(Map<String, Object> right, Map<String, Object> object) {
        String[] version = object.get("apiVersion").toString().split("/");
        String group = version.length == 2 ? version[0] : "";
        return right.get("group").equals(group)
                && right.get("kind").equals(object.get("kind"))
                && glob(right.getOrDefault("name", "*"), at(object, "metadata", "name"));
    }

    private static boolean glob(Object pattern, Object text) {
        String regex = String.join(
                ".*",
                Arrays.stream(pattern.toString().split("\\*", -1))
                        .map(Pattern::quote)
                        .toList());
        return text.toString().matches(regex);
    }

    private static String environment(Object template) {
        return template.toString().replace("{{ .path.basename }}", "staging").replace("{{ .number }}", "12");
    }

    private void rule(boolean kept, String sentence) {
        if (!kept) {
            broken.add(sentence);
        }
    }
}
