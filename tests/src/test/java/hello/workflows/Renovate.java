package hello.workflows;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What Renovate finds in the repository by the patterns of renovate.json: what it does not find grows old unseen. */
final class Renovate {

    private static final Pattern PINNED = Pattern.compile("(?<digest>sha256:[0-9a-f]{64})");
    private static final Pattern KUBERNETES = Pattern.compile("image: \\S+:\\S+@(?<digest>sha256:[0-9a-f]{64})");

    private final Map<String, Object> settings;
    private final Map<String, String> files;

    /**
     * @param settings text of renovate.json
     * @param files name, from the repository's root, and text of each file that is looked into
     */
    Renovate(String settings, Map<String, String> files) {
        this.settings = new Yaml(new SafeConstructor(new LoaderOptions())).load(settings);
        this.files = files;
    }

    Map<String, Object> settings() {
        return settings;
    }

    /** Gives a sentence for each pattern that finds nothing, and for each image's digest that no pattern finds. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        Set<String> seen = new HashSet<>(digests(map(settings.get("kubernetes")), KUBERNETES));
        for (Object each : (List<?>) settings.get("customManagers")) {
            for (Object string : (List<?>) map(each).get("matchStrings")) {
                Pattern pattern = Pattern.compile(string.toString());
                if (named(map(each))
                        .noneMatch(file -> pattern.matcher(files.get(file)).find())) {
                    complaints.add("finds nothing: " + pattern);
                }
                if (string.toString().contains("<currentDigest>")) {
                    seen.addAll(
                            digests(map(each), Pattern.compile(string.toString().replace("currentDigest", "digest"))));
                }
            }
        }
        files.forEach((file, text) -> PINNED.matcher(text)
                .results()
                .map(digest -> file + " " + digest.group("digest"))
                .filter(digest -> !seen.contains(digest))
                .forEach(digest -> complaints.add("does not see " + digest)));
        return complaints;
    }

    /** The digests, each with its file, that a pattern finds in the files that a manager names. */
    private Set<String> digests(Map<String, Object> manager, Pattern pattern) {
        Set<String> found = new HashSet<>();
        named(manager).forEach(file -> {
            Matcher matcher = pattern.matcher(files.get(file));
            while (matcher.find()) {
                found.add(file + " " + matcher.group("digest"));
            }
        });
        return found;
    }

    private Stream<String> named(Map<String, Object> manager) {
        List<Pattern> patterns = ((List<?>) manager.get("managerFilePatterns"))
                .stream()
                        .map(pattern -> pattern.toString().replaceAll("^/|/$", ""))
                        .map(Pattern::compile)
                        .toList();
        return files.keySet().stream()
                .filter(file -> patterns.stream()
                        .anyMatch(pattern -> pattern.matcher(file).find()));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object object) {
        return (Map<String, Object>) object;
    }
}
