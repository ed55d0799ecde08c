package hello.bump;

import hello.support.CommandResult;

/** What a bump, a rollback or a person's push came to, by the last line of its output. */
final class Outcome {

    private Outcome() {}

    /**
     * Names the outcome.
     *
     * @param result how the command ended
     * @return {@code failed}, {@code bumped}, {@code reverted}, or {@code unchanged} and its reason's name
     */
    static String of(CommandResult result) {
        if (result.exitCode() != 0) {
            return "failed";
        }
        String[] words = result.line().split("[ :]+");
        return words[0].equals("unchanged") ? words[0] + " " + words[1] : words[0];
    }

    /**
     * Names the commit that was made.
     *
     * @param result how the command ended
     * @return the output's last word
     */
    static String commit(CommandResult result) {
        String line = result.line();
        return line.substring(line.lastIndexOf(' ') + 1);
    }
}
