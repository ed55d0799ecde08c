package hello.workflows;

import hello.support.Yaml;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Renovate finds in the repository by the patterns of renovate.json: what it does not find grows old unseen. */
final class Renovate {

    private static final Pattern PINNED = Pattern.compile("(?<digest>sha256:[0-9a-f]{64})");
    private static final Pattern KUBERNETES = Pattern.compile("image: \\S+:\\S+@(?<digest>sha256:[0-9a-f]{64})");

    private final Map<String, Object> settings;
    private final Map<String, String> files;

    /**
     * Reads the settings.
     *
     * @param settings text of renovate.json
     * @param files name, from the repository's root, and text of each file that is looked into
     */
    Renovate(String settings, Map<String, String> files) {
        this.settings = Yaml.document(settings);
        this.files = files;
    }

    /** All of renovate.json. */
    Map<String, Object> settings() {
        return settings;
    }

    /**
     * Says what the rules decide of an update: of those that match, the later one wins.
     *
     * @param update what Renovate matches by: {@code matchPackageNames}, {@code matchUpdateTypes} and so on, one of
     *     each
     * @return the settings for it
     */
    Map<String, Object> decided(Map<String, String> update) {
        Map<String, Object> decided = new HashMap<>();
        Yaml.mapsAt(settings, "packageRules").stream()
                .filter(rule -> update.entrySet().stream()
                        .allMatch(each -> !rule.containsKey(each.getKey())
                                || Yaml.list(rule.get(each.getKey())).stream()
                                        .anyMatch(pattern -> matches(pattern.toString(), each.getValue()))))
                .forEach(decided::putAll);
        return decided;
    }

    /** A pattern is a word, a regular expression between slashes, or a glob. */
    private static boolean matches(String pattern, String word) {
        if (pattern.startsWith("/")) {
            return Pattern.compile(pattern.replaceAll("^/|/$", ""))
                    .matcher(word)
                    .find();
        }
        return word.matches(Pattern.quote(pattern).replace("**", "\\E.*\\Q"));
    }

    /** Gives a sentence for each pattern that finds nothing, and for each image's digest that no pattern finds. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        Set<String> seen = new HashSet<>(digests(Yaml.map(settings.get("kubernetes")), KUBERNETES));
        for (Map<String, Object> manager : Yaml.mapsAt(settings, "customManagers")) {
            for (Object text : Yaml.list(manager.get("matchStrings"))) {
                Pattern pattern = Pattern.compile(text.toString().replace("<currentDigest>", "<digest>"));
                if (named(manager)
                        .noneMatch(file -> pattern.matcher(files.get(file)).find())) {
                    complaints.add("finds nothing: " + text);
                }
                if (pattern.namedGroups().containsKey("digest")) {
                    seen.addAll(digests(manager, pattern));
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
}
