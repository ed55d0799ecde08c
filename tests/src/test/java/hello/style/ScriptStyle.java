package hello.style;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The form of a script that shellcheck and shfmt do not look at. */
final class ScriptStyle {

    /** The widest line, in columns. */
    static final int WIDTH = 100;

    /** The longest function, in lines between its first and its last. */
    static final int FUNCTION = 25;

    /**
     * What joins commands: one of them is a condition or a handler, two are a chain. The words of the language need
     * their semicolon, and {@code || true} says that a command may fail.
     */
    private static final Pattern JOINT =
            Pattern.compile("&&|\\|\\|(?! true\\b)|(?<!;);(?!;|\\s*(?:then|do|fi|done|\\})(?:\\W|$))");

    /** A condition of Bash, whatever it is made of, is one command. */
    private static final Pattern CONDITION = Pattern.compile("\\[\\[ .*? ]]");

    private static final Pattern FUNCTION_BEGIN = Pattern.compile("(\\s*)([\\w:.-]+)\\(\\) [{(]");

    private ScriptStyle() {}

    /**
     * Looks at a script that shfmt has formatted.
     *
     * @param text the script, in Bash
     * @return a line for each fault, which begins with the number of the script's line
     */
    static List<String> complaints(String text) {
        List<String> lines = text.lines().toList();
        List<String> commands = Shell.commands(lines);
        List<String> complaints = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            int width = lines.get(i).codePointCount(0, lines.get(i).length());
            if (width > WIDTH) {
                complaints.add((i + 1) + ": " + width + " columns wide, " + WIDTH + " are the most");
            }
            if (isChain(commands.get(i))) {
                complaints.add((i + 1) + ": a chain of commands, put each on a line of its own");
            }
        }
        complaints.addAll(longFunctions(lines));
        return complaints;
    }

    private static boolean isChain(String commands) {
        String joined = CONDITION.matcher(commands).replaceAll("[[ ]]");
        return JOINT.matcher(joined).results().count() > 1;
    }

    private static List<String> longFunctions(List<String> lines) {
        List<String> complaints = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher begin = FUNCTION_BEGIN.matcher(lines.get(i));
            if (!begin.matches()) {
                continue;
            }
            String end = begin.group(1) + (lines.get(i).endsWith("{") ? "}" : ")");
            int length = lines.subList(i + 1, lines.size()).indexOf(end);
            if (length > FUNCTION) {
                complaints.add((i + 1) + ": function " + begin.group(2) + " has " + length + " lines, " + FUNCTION
                        + " are the most");
            }
        }
        return complaints;
    }
}
