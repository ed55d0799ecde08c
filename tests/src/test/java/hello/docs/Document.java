package hello.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** A document of the repository in Markdown, and what it names that is not there. */
final class Document {
    private static final Pattern FENCE = Pattern.compile("(?ms)^```(\\w*)\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\$ ([^#\n]+)");
    private static final Pattern VALUE =
            Pattern.compile("(?<![\\w./-])[a-z][a-zA-Z]+(?:\\.[a-z][a-zA-Z]+)+(?![\\w/(-])");
    private static final Pattern MAKE =
            Pattern.compile("(?m)(?:^|&& |; )make ((?:[a-z][a-z0-9-]*)(?: [a-z][a-z0-9-]*\\b(?!=))*)");
    /** A word with a slash, or the name of a file with one of the repository's endings. */
    private static final Pattern PATH = Pattern.compile(
            "(?<![\\w./:@$~{}*<=-])[\\w.-]+(?:/[\\w.*-]+)+/?(?![\\w:@$])|(?<![\\w./-])[\\w.-]+\\.(?:java|json|md|sh|svg|toml|xml|ya?ml)\\b");

    private final Path root;
    private final Path file;
    private final String text;
    private final String prose;

    /**
     * Reads a document.
     *
     * @param root the repository's top folder
     * @param file the document, in that folder
     * @throws IOException when it cannot be read
     */
    Document(Path root, Path file) throws IOException {
        this.root = root;
        this.file = file;
        this.text = Files.readString(file);
        this.prose = FENCE.matcher(text).replaceAll("");
    }

    /**
     * Finds what the document names and the repository does not have.
     *
     * @return a line for each, empty when everything is there
     * @throws IOException when the repository cannot be read
     */
    List<String> broken() throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : groups(LINK, prose)) {
            if (!link.matches("[a-z]+:.*") && !linkResolves(link)) {
                broken.add("link " + link);
            }
        }
        String code = String.join("\n", groups(CODE, prose)) + "\n" + String.join("\n", groups(COMMAND, text));
        for (String path : PATH.matcher(code).results().map(MatchResult::group).toList()) {
            if (isOurs(path) && !exists(path)) {
                broken.add("path " + path);
            }
        }
        broken.addAll(missingTargets(code));
        broken.addAll(missingValues(String.join("\n", groups(CODE, prose))));
        broken.addAll(missingFromTree());
        return broken;
    }

    private List<String> missingTargets(String code) throws IOException {
        Set<String> targets = makeTargets();
        return groups(MAKE, code).stream()
                .flatMap(words -> Stream.of(words.split(" ")))
                .filter(target -> !targets.contains(target))
                .map(target -> "make " + target)
                .toList();
    }

    /** Words such as {@code ingress.hosts}, whose first part is one of the chart's values, name one of the chart's values. */
    private List<String> missingValues(String code) throws IOException {
        Map<String, Object> values = new Yaml().load(Files.readString(root.resolve("gitops/charts/hello/values.yaml")));
        return VALUE.matcher(code)
                .results()
                .map(MatchResult::group)
                .filter(name -> !PATH.matcher(name).matches())
                .filter(name -> values.containsKey(name.split("\\.")[0]) && !hasValue(values, name))
                .map(name -> "value " + name)
                .toList();
    }

    private static boolean hasValue(Map<?, ?> values, String name) {
        String[] parts = name.split("\\.", 2);
        Object inner = values.get(parts[0]);
        return parts.length == 1
                ? values.containsKey(parts[0])
                : inner instanceof Map<?, ?> map && hasValue(map, parts[1]);
    }

    private boolean linkResolves(String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        if (!target.startsWith(root) || !Files.exists(target)) {
            return false;
        }
        return parts.length == 1
                || groups(HEADING, Files.readString(target)).stream()
                        .anyMatch(h -> anchor(h).equals(parts[1]));
    }

    /** GitHub's name for a heading: small letters, no punctuation, a hyphen for a blank. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    /** Whether a word is meant for a file of ours: it begins with a folder that is here, or is the bare name of a file. */
    private boolean isOurs(String path) {
        int slash = path.indexOf('/');
        if (slash < 0) {
            return true;
        }
        String first = path.substring(0, slash);
        return Files.isDirectory(root.resolve(first)) || Files.isDirectory(file.resolveSibling(first));
    }

    /** Whether there is such a file, seen from the top or from the document's folder; a bare name may be anywhere. */
    private boolean exists(String path) throws IOException {
        if (path.startsWith("gitops/environments/") && path.endsWith("/image.yaml")) {
            return true; // written by the bump, in each repository its own
        }
        String known =
                path.replaceAll("/([^/]*\\*|[A-Z]+(?=/|$)).*", ""); // as far as it is no pattern and no placeholder
        if (Files.exists(root.resolve(known)) || Files.exists(file.resolveSibling(known))) {
            return true;
        }
        return !path.contains("/") && everyName().contains(path);
    }

    private Set<String> everyName() throws IOException {
        Set<String> names = new HashSet<>(Set.of("sbom.json"));
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(f ->
                            !f.toString().contains("/target/") && !f.toString().contains("/.git/"))
                    .forEach(f -> names.add(f.getFileName().toString()));
        }
        return names;
    }

    private Set<String> makeTargets() throws IOException {
        return Set.copyOf(
                groups(Pattern.compile("(?m)^([a-z0-9][a-z0-9-]*):"), Files.readString(root.resolve("Makefile"))));
    }

    /** A block that begins with {@code pom.xml} is the tree: names, then two blanks and a remark; deeper lines lie in the folder above. */
    private List<String> missingFromTree() {
        List<String> missing = new ArrayList<>();
        FENCE.matcher(text)
                .results()
                .map(block -> block.group(2))
                .filter(block -> block.startsWith("pom.xml"))
                .flatMap(block -> entries(block).stream())
                .filter(entry -> !Files.exists(root.resolve(entry)))
                .forEach(entry -> missing.add("tree " + entry));
        return missing;
    }

    private static List<String> entries(String tree) {
        List<String> entries = new ArrayList<>();
        Deque<String> folders = new ArrayDeque<>();
        for (String line : tree.lines().toList()) {
            int depth = (line.length() - line.stripLeading().length()) / 2;
            while (folders.size() > depth) {
                folders.pop();
            }
            String folder = folders.isEmpty() ? "" : folders.peek();
            for (String name : line.strip().split(" {2,}")[0].split(", ")) {
                entries.add(folder + name);
                if (name.endsWith("/")) {
                    folders.push(folder + name);
                }
            }
        }
        return entries;
    }

    private static List<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
