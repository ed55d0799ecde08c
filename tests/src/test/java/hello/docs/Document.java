package hello.docs;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A document of the repository in Markdown, and what it names that is not there. */
final class Document {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```\\w*\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\$ ([^#\n]+)");
    private static final Pattern MAKE =
            Pattern.compile("(?m)(?:^|&& |; )make ((?:[a-z][a-z0-9-]*)(?: [a-z][a-z0-9-]*\\b(?!=))*)");
    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z0-9][a-z0-9-]*):");

    /** Words with a slash. */
    private static final Pattern PATH =
            Pattern.compile("(?<![\\w./:@$~{}*<=-])([\\w.-]+(?:/[\\w.*-]+)+/?)(?![\\w:@$])");

    /** Words with one of the endings that files have here. */
    private static final Pattern FILE =
            Pattern.compile("(?<![\\w./<-])([\\w.-]+\\.(?:java|json|md|sh|svg|toml|xml|ya?ml))\\b");

    /** Words with a dot, such as {@code ingress.hosts}. */
    private static final Pattern VALUE =
            Pattern.compile("(?<![\\w./<-])([a-z][a-zA-Z]+(?:\\.[a-z][a-zA-Z]+)+)(?![\\w/(-])");

    /** What is made while the project is used: by the bump in each repository, and by the image's build. */
    private static final Pattern MADE =
            Pattern.compile("gitops/environments/\\w+/image\\.yaml|image\\.yaml|sbom\\.json");

    private final Path root;
    private final Path file;
    private final String text;
    private final String prose;

    /**
     * Reads a document.
     *
     * @param root the repository's top folder
     * @param file the document, in that folder
     */
    Document(Path root, Path file) {
        this.root = root;
        this.file = file;
        this.text = Repository.read(file);
        this.prose = BLOCK.matcher(text).replaceAll("");
    }

    /**
     * Finds what the document names and the repository does not have.
     *
     * @return a line for each, empty when everything is there
     */
    List<String> broken() {
        String inline = String.join("\n", groups(CODE, prose));
        String code = inline + "\n" + String.join("\n", groups(COMMAND, text));
        List<String> broken = new ArrayList<>();
        missingLinks().forEach(link -> broken.add("link " + link));
        missingPaths(code).forEach(path -> broken.add("path " + path));
        missingTargets(code).forEach(target -> broken.add("make " + target));
        missingValues(inline).forEach(value -> broken.add("value " + value));
        missingFromTree().forEach(entry -> broken.add("tree " + entry));
        return broken;
    }

    private List<String> missingLinks() {
        return groups(LINK, prose).stream()
                .filter(link -> !link.matches("[a-z]+:.*"))
                .filter(link -> !resolves(link))
                .toList();
    }

    private boolean resolves(String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]).normalize();
        if (!target.startsWith(root) || !Files.exists(target)) {
            return false;
        }
        return parts.length == 1
                || groups(HEADING, Repository.read(target)).stream()
                        .map(Document::anchor)
                        .anyMatch(parts[1]::equals);
    }

    /** GitHub's name for a heading: small letters, no punctuation, a hyphen for a blank. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    private List<String> missingPaths(String code) {
        Stream<String> paths = groups(PATH, code).stream().filter(this::isOurs).filter(path -> !exists(path));
        Stream<String> files = groups(FILE, code).stream().filter(name -> !existsSomewhere(name));
        return Stream.concat(paths, files)
                .filter(path -> !MADE.matcher(path).matches())
                .toList();
    }

    /** Whether a path is meant for a file of ours: it begins with a folder that is here. */
    private boolean isOurs(String path) {
        String first = path.substring(0, path.indexOf('/'));
        return Files.isDirectory(root.resolve(first)) || Files.isDirectory(file.resolveSibling(first));
    }

    /** Whether a path, up to its first pattern or placeholder, leads somewhere from the top or from the document. */
    private boolean exists(String path) {
        String known = path.replaceAll("/([^/]*\\*|[A-Z]+(?=/|$)).*", "");
        return Files.exists(root.resolve(known)) || Files.exists(file.resolveSibling(known));
    }

    private boolean existsSomewhere(String name) {
        return Repository.find(root, ".*").stream()
                .filter(found -> !found.toString().contains("/target/"))
                .anyMatch(found -> found.endsWith(name));
    }

    private List<String> missingTargets(String code) {
        Set<String> targets = Set.copyOf(groups(TARGET, Repository.read(root.resolve("Makefile"))));
        return groups(MAKE, code).stream()
                .flatMap(words -> Stream.of(words.split(" ")))
                .filter(target -> !targets.contains(target))
                .toList();
    }

    /** A word whose first part is one of the chart's values names one of them. */
    private List<String> missingValues(String code) {
        Map<String, Object> values = Yaml.document(Repository.read(root.resolve("gitops/chart/values.yaml")));
        return groups(VALUE, code).stream()
                .filter(name -> !FILE.matcher(name).matches())
                .filter(name -> values.containsKey(name.split("\\.")[0]) && !hasValue(values, name))
                .toList();
    }

    private static boolean hasValue(Map<?, ?> values, String name) {
        String[] parts = name.split("\\.", 2);
        return parts.length == 1
                ? values.containsKey(name)
                : values.get(parts[0]) instanceof Map<?, ?> inner && hasValue(inner, parts[1]);
    }

    /**
     * A block that begins with {@code pom.xml} is the tree: names, then two blanks and a remark; what is indented lies
     * in the folder above.
     */
    private List<String> missingFromTree() {
        return groups(BLOCK, text).stream()
                .filter(block -> block.startsWith("pom.xml"))
                .flatMap(block -> entries(block).stream())
                .filter(entry -> !Files.exists(root.resolve(entry)))
                .toList();
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
