package hello.docs;

import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that documents and Makefile offer, held against the table that says which test runs each. */
final class Commands {

    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^ *```(?:console|sh|bash|shell)\n(.*?)^ *```", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern COMMAND = Pattern.compile("(?m)^ *\\$ (.+)$");
    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z0-9-]+):.*## ");

    private final Set<String> offered = new LinkedHashSet<>();

    /**
     * Collects the commands.
     *
     * @param makefile the text of the Makefile
     * @param documents texts in Markdown
     */
    Commands(String makefile, List<String> documents) {
        targets(makefile).forEach(target -> offered.add("make " + target));
        documents.forEach(text -> offered.addAll(typed(text)));
    }

    /** The targets that have a word of help. */
    static Set<String> targets(String makefile) {
        Set<String> targets = new TreeSet<>();
        TARGET.matcher(makefile).results().forEach(target -> targets.add(target.group(1)));
        return targets;
    }

    /** The commands in a document's blocks, one by one, without their remarks. */
    static List<String> typed(String document) {
        return BLOCK.matcher(document)
                .results()
                .map(block -> block.group(1).replaceAll("\\\\\n\\s*", ""))
                .flatMap(block -> COMMAND.matcher(block).results())
                .map(command -> command.group(1).replaceFirst("\\s+# .*", ""))
                .flatMap(line -> Stream.of(line.split("\\s*(?:&&|;)\\s+")))
                .map(String::strip)
                .toList();
    }

    /**
     * Holds the commands against the table.
     *
     * @param table text of commands.yaml
     * @return a sentence for each command without an entry, entry without a command, and test that is not there
     */
    List<String> complaints(String table) {
        Map<String, Object> entries = new LinkedHashMap<>(Yaml.document(table));
        List<String> complaints = new ArrayList<>();
        offered.stream()
                .filter(command -> !entries.containsKey(command))
                .forEach(command -> complaints.add("no test and no reason: " + command));
        entries.forEach((command, entry) -> {
            if (!offered.contains(command)) {
                complaints.add("nobody is told to type: " + command);
            }
            complaints.addAll(complaints(command, Yaml.map(entry)));
        });
        return complaints;
    }

    private static List<String> complaints(String command, Map<String, Object> entry) {
        if (entry.keySet().equals(Set.of("why"))) {
            return entry.get("why").toString().isBlank() ? List.of("no reason: " + command) : List.of();
        }
        if (!entry.keySet().equals(Set.of("test"))) {
            return List.of("neither a test nor a reason: " + command);
        }
        String test = entry.get("test").toString();
        String[] parts = test.split("#");
        List<String> sources = sources(parts[0]);
        if (sources.stream().noneMatch(source -> source.contains(" void " + parts[1] + "("))) {
            return List.of("no test " + test + ": " + command);
        }
        Matcher target = Pattern.compile("make ([a-z0-9-]+)").matcher(command);
        if (target.lookingAt() && sources.stream().noneMatch(source -> names(source, target.group(1)))) {
            return List.of(test + " runs no " + command);
        }
        return List.of();
    }

    /**
     * Reads a test class.
     *
     * @param type its name
     * @return the text of each class of that name, in either module
     */
    static List<String> sources(String type) {
        return Stream.of("tests", "service")
                .map(module -> Repository.path(module + "/src/test/java"))
                .flatMap(folder -> Repository.find(folder, ".*\\.java").stream())
                .filter(file -> file.getFileName().equals(Path.of(type + ".java")))
                .map(Repository::read)
                .toList();
    }

    /** Whether a test has a target's name as a word, be it of make or of the script behind it. */
    private static boolean names(String source, String target) {
        return Pattern.compile("(?<![\\w-])" + target + "(?![\\w-])")
                .matcher(source)
                .find();
    }
}
