package hello.style;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes from a script of Bash what is no command: quoted text, comments, expansions, arithmetic and here-documents. */
final class Shell {

    private static final Pattern HERE_DOCUMENT = Pattern.compile("<<-?\\s*(['\"\\\\]?)(\\w+)\\1");

    /** What the text at some place is a part of. */
    private enum Within {
        COMMANDS,
        SINGLE_QUOTES,
        DOUBLE_QUOTES,
        EXPANSION,
        ARITHMETIC,
        PARENTHESES_OF_ARITHMETIC
    }

    private final Deque<Within> within = new ArrayDeque<>(List.of(Within.COMMANDS));
    private final Deque<String> hereDocuments = new ArrayDeque<>();
    private final StringBuilder commands = new StringBuilder();
    private String line = "";
    private int at;

    private Shell() {}

    /**
     * Keeps a script's commands.
     *
     * @param lines the script
     * @return as many lines, each without what is no command in it
     */
    static List<String> commands(List<String> lines) {
        Shell shell = new Shell();
        List<String> commands = new ArrayList<>();
        lines.forEach(line -> commands.add(shell.read(line)));
        return commands;
    }

    private String read(String text) {
        if (!hereDocuments.isEmpty()) {
            if (text.strip().equals(hereDocuments.peek())) {
                hereDocuments.pop();
            }
            return "";
        }
        line = text;
        commands.setLength(0);
        for (at = 0; at < line.length(); at++) {
            switch (within.peek()) {
                case COMMANDS -> readCommands();
                case SINGLE_QUOTES -> endsWith("'");
                case DOUBLE_QUOTES -> readQuoted('"');
                case EXPANSION -> readQuoted('}');
                case ARITHMETIC -> readArithmetic("))");
                case PARENTHESES_OF_ARITHMETIC -> readArithmetic(")");
            }
        }
        return commands.toString();
    }

    private void readCommands() {
        char c = line.charAt(at);
        if (c == '#' && (at == 0 || Character.isWhitespace(line.charAt(at - 1)))) {
            at = line.length();
        } else if (c == '\'') {
            within.push(Within.SINGLE_QUOTES);
        } else if (c == '"') {
            within.push(Within.DOUBLE_QUOTES);
        } else if (c == ')') {
            endCommands();
        } else if (line.startsWith("<<<", at)) {
            at += 2;
        } else if (line.startsWith("<<", at)) {
            beginHereDocument();
        } else if (!beginsNested()) {
            commands.append(c);
        }
    }

    /** In double quotes, and in an expansion, which both end with a character of their own. */
    private void readQuoted(char end) {
        char c = line.charAt(at);
        if (c == end) {
            within.pop();
        } else if (c == '"') {
            within.push(Within.DOUBLE_QUOTES);
        } else {
            beginsNested();
        }
    }

    private void readArithmetic(String end) {
        if (line.charAt(at) == '(') {
            within.push(Within.PARENTHESES_OF_ARITHMETIC);
        } else {
            endsWith(end);
        }
    }

    private boolean beginsNested() {
        if (line.charAt(at) == '\\') {
            at++;
        } else if (line.startsWith("$((", at)) {
            begin(Within.ARITHMETIC, 3);
        } else if (line.startsWith("((", at) && within.peek() == Within.COMMANDS) {
            begin(Within.ARITHMETIC, 2);
        } else if (line.startsWith("$(", at)) {
            begin(Within.COMMANDS, 2);
        } else if (line.startsWith("${", at)) {
            begin(Within.EXPANSION, 2);
        } else if (line.charAt(at) == '(' && within.peek() == Within.COMMANDS) {
            begin(Within.COMMANDS, 1);
        } else {
            return false;
        }
        return true;
    }

    private void begin(Within next, int length) {
        within.push(next);
        at += length - 1;
    }

    /** At the end of a substitution; the parenthesis after a pattern of `case` ends nothing. */
    private void endCommands() {
        if (within.size() > 1) {
            within.pop();
        }
    }

    private void endsWith(String end) {
        if (line.startsWith(end, at)) {
            within.pop();
            at += end.length() - 1;
        }
    }

    private void beginHereDocument() {
        Matcher matcher = HERE_DOCUMENT.matcher(line).region(at, line.length());
        if (matcher.lookingAt()) {
            hereDocuments.add(matcher.group(2));
            at = matcher.end() - 1;
        }
    }
}
