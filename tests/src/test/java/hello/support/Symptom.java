package hello.support;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A text that docs/troubleshooting.md quotes as a symptom: a test that provokes it holds it against what it is shown,
 * so that neither the document nor the program can change alone.
 *
 * @param text as it is quoted
 */
public record Symptom(String text) {

    /** The document. */
    public static final String DOCUMENT = "docs/troubleshooting.md";

    private static final Pattern CELL = Pattern.compile("(?m)^\\| (?!what you see)(.+?) \\| ");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** As some programs write even into a file. */
    private static final Pattern COLOUR = Pattern.compile("\\x1b\\[[0-9;]*m");

    /** What stands for a name, a number, or anything. */
    private static final Pattern GAP = Pattern.compile(" ?… ?|'[^']*'|\\bNAME\\b|\\d+");

    /**
     * Takes a text of the document.
     *
     * @param text what a row quotes in its first cell, gaps and all
     * @return the symptom
     * @throws IllegalArgumentException when no row does
     */
    public static Symptom of(String text) {
        if (rows(Repository.read(DOCUMENT)).noneMatch(row -> quoted(row).anyMatch(text::equals))) {
            throw new IllegalArgumentException(DOCUMENT + " has no row for `" + text + "`");
        }
        return new Symptom(text);
    }

    /**
     * Lists the rows.
     *
     * @param document text of the document
     * @return the first cell of each row
     */
    public static Stream<String> rows(String document) {
        return CELL.matcher(document).results().map(cell -> cell.group(1));
    }

    /**
     * Lists the texts in a row.
     *
     * @param row its first cell
     * @return what it quotes, be it said or typed
     */
    public static Stream<String> quoted(String row) {
        return CODE.matcher(row).results().map(code -> code.group(1));
    }

    /**
     * Demands that somebody is shown the text.
     *
     * @param shown what a program wrote
     * @throws AssertionError with both, when it is not in there
     */
    public void isIn(String shown) {
        if (!matches(shown)) {
            throw new AssertionError(DOCUMENT + " promises\n  " + text + "\nand this is shown:\n" + shown);
        }
    }

    /**
     * Looks for the text, for who waits until it is there.
     *
     * @param shown what a program wrote
     * @return whether it is in there, with anything for `…`, and a name or a number for another one
     */
    public boolean matches(String shown) {
        StringBuilder pattern = new StringBuilder("(?s)");
        int end = 0;
        for (MatchResult gap : GAP.matcher(text).results().toList()) {
            pattern.append(words(text.substring(end, gap.start()))).append(any(gap.group()));
            end = gap.end();
        }
        pattern.append(words(text.substring(end)));
        return Pattern.compile(pattern.toString())
                .matcher(COLOUR.matcher(shown).replaceAll(""))
                .find();
    }

    /** A line may end between any two. */
    private static String words(String text) {
        return Stream.of(text.split(" ", -1)).map(Pattern::quote).collect(Collectors.joining("\\s+"));
    }

    private static String any(String gap) {
        return switch (gap.strip().charAt(0)) {
            case '…' -> ".*?";
            case '\'' -> "'[^']*'";
            case 'N' -> "[^ /]+";
            default -> "\\d+";
        };
    }
}
