package hello.support;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * A fault to be planted in a file, one at a time: a rule that finds nothing looks the same as files without faults.
 *
 * @param file where it is planted
 * @param right what stands there
 * @param wrong what stands there instead
 * @param complaint a part of what a rule has to say of it
 */
public record PlantedFaults(String file, String right, String wrong, String complaint) {

    /**
     * Reads faults.
     *
     * @param name of a file in src/test/resources: by the file where they are planted, a list of faults
     * @return an argument of each test, which shows its complaint as its name
     */
    public static Stream<Arguments> in(String name) {
        Map<String, Object> files = Yaml.document(Repository.read("tests/src/test/resources/" + name));
        return files.keySet().stream()
                .flatMap(file -> Yaml.mapsAt(files, file).stream()
                        .map(fault -> new PlantedFaults(
                                file, (String) fault.get("right"), (String) fault.get("wrong"), (String)
                                        fault.get("complaint"))))
                .map(fault -> Arguments.argumentSet(fault.file + ": " + fault.complaint, fault));
    }

    /**
     * Plants the fault.
     *
     * @param text of the file
     * @return the text with it
     */
    public String into(String text) {
        if (!text.contains(right)) {
            throw new IllegalArgumentException(file + " does not contain " + right);
        }
        return text.replaceFirst(Pattern.quote(right), Matcher.quoteReplacement(wrong));
    }
}
