package hello.support;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a command ended.
 *
 * @param command what was run, for a message
 * @param exitCode zero when it went well
 * @param output standard output as it was written; with {@link Command#mergingErrors}, standard error among it
 * @param errors standard error as it was written, empty when it is among the output
 */
public record CommandResult(String command, int exitCode, String output, String errors) {

    /**
     * Demands success.
     *
     * @return this result
     * @throws AssertionError with the command and all that it printed, when the exit code is not zero
     */
    public CommandResult orFail() {
        if (exitCode != 0) {
            throw new AssertionError(toString());
        }
        return this;
    }

    /**
     * Gives the end of the output, which is where commands put their answer.
     *
     * @return the last line that is not blank, empty when there is none
     */
    public String line() {
        return output.strip().lines().reduce((first, last) -> last).orElse("");
    }

    /**
     * Finds a number in the output.
     *
     * @param pattern a regular expression with one group, which matches the number
     * @return the number at the first match
     * @throws AssertionError with all that the command printed, when nothing matches
     */
    public double number(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        if (!matcher.find()) {
            throw new AssertionError("nothing matches '" + pattern + "' in:\n" + this);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /** The command, its exit code and all that it printed. */
    @Override
    public String toString() {
        return "$ " + command + "\nexit code " + exitCode + ", output:\n" + output
                + (errors.isEmpty() ? "" : "\nerrors:\n" + errors);
    }
}
