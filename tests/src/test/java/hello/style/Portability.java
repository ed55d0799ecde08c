package hello.style;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a script must not have that runs on macOS, too: there Bash is 3.2, and the tools are BSD's. */
final class Portability {

    /** What comes before a program's name where it is called. */
    private static final String CALL = "(?:^|[|&;({]|\\b(?:if|then|else|do|while|until)|!)\\s*";

    /** Those of BSD that have no long options. */
    private static final String TOOLS =
            "(cat|chmod|cp|cut|date|head|ln|ls|mkdir|mv|rm|sed|sort|tail|tee|touch|tr|uniq|wc)";

    private static final String NEW_BASH = "Bash 3.2 has no ";

    private static final Map<Pattern, String> RULES = new LinkedHashMap<>();

    /** An array that may have nothing in it. */
    private static final Pattern EMPTY_ARRAY = Pattern.compile("(?<![\\w\"])(\\w+)=\\(\\)");

    static {
        bash("\\b(declare|local|typeset|readonly) -\\w*[Agnlu]", "such variables (-A, -n, -l, -u, -g)");
        bash(CALL + "(mapfile|readarray|coproc)\\b", "mapfile, readarray, coproc");
        bash("\\$\\{\\w+(\\[[^]]*])?[,^]", "letters changed by an expansion");
        bash("\\$\\{[^}]*@[A-Za-z]}", "expansion with @");
        bash("\\$\\{\\w+\\[-", "index from the end");
        bash("\\$\\{\\w+: ?\\d+: ?-\\d", "length from the end");
        bash(
                "\\$(BASHPID|EPOCH\\w+|SRANDOM)|\\$\\{(BASHPID|EPOCH\\w++|SRANDOM)(?!:-)",
                "such a variable: give a default");
        bash("&>>|\\|&", "&>> and |&");
        bash(";;?&(?!&)", "case that falls through");
        bash("\\bexec \\{", "file descriptor by name");
        bash("\\bwait -\\w", "wait for the next one");
        bash("\\bprintf\\b.*%\\([^)]*\\)T", "dates of printf");
        bash("\\[\\[ (! )?-[vR] ", "test whether a variable is there");
        bash(CALL + "command (?!-v)", "way on after a failing `command PROGRAM` under set -e: use env");
        bash("\\bshopt -s (globstar|lastpipe|inherit_errexit)", "such option");

        RULES.put(
                Pattern.compile("(?<!\\|)\\| *grep -\\w*q|^ *grep -\\w*q(?!.*<)"),
                "grep -q ends before it has read all, and a signal ends what writes: under pipefail that fails");

        bsd("\\bsed\\b( -\\w+)* -\\w*i( |$)", "sed -i with no suffix");
        bsd("\\bsed( -\\w+)* -\\w*r", "sed -r: it is -E");
        bsd("^(?!.* -\\w*E).*\\\\[|+?]", "\\| \\+ \\? in a basic expression: use -E");
        bsd("\\bgrep\\b( -\\w+)* -\\w*P", "grep -P");
        bsd(CALL + "(LC_ALL=\\w+ )?date [^|]*(-d|--date|-I|%\\w*N)(?!.* 2>/dev/null \\|\\|$)", "date -d, -I and %N");
        bsd("\\bstat( -\\w+)* (-c|-f|--)", "stat with the same options");
        bsd("\\bmktemp\\b.* (-p|--)", "mktemp -p");
        bsd("\\bxargs\\b.* -\\w*[rd]\\b", "xargs -r and -d");
        bsd("\\bhead -[nc] ?-", "head that leaves the last out");
        bsd("\\bbase64 -\\w*w", "base64 -w");
        bsd("\\bfind (-|.* -(printf|regextype|readable|executable)\\b)", "find with no folder, or with these tests");
        bsd("\\b(mv|ln|cp) -\\w*[Tt]\\b", "-t and -T");
        bsd(CALL + TOOLS + "( -\\w+)* --[a-z]", "long options");
        bsd(CALL + "(timeout|tac|nproc|realpath|setsid|flock|sha\\d+sum|md5sum|free)(?=[ )]|$)", "such program");
        bsd("\\b(gensub|strftime|systime|asorti?)\\(", "such function of awk");
    }

    private Portability() {}

    private static void bash(String pattern, String what) {
        RULES.put(Pattern.compile(pattern), NEW_BASH + what);
    }

    private static void bsd(String pattern, String what) {
        RULES.put(Pattern.compile(pattern), "macOS has no " + what);
    }

    /**
     * Looks at a script.
     *
     * @param text the script, in Bash
     * @return a line for each fault, which begins with the number of the script's line
     */
    static List<String> complaints(String text) {
        List<String> complaints = new ArrayList<>();
        List<Pattern> arrays = unguarded(text);
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.strip().startsWith("#")) {
                continue;
            }
            String number = (i + 1) + ": ";
            RULES.forEach((pattern, complaint) -> {
                if (pattern.matcher(line).find()) {
                    complaints.add(number + complaint);
                }
            });
            if (arrays.stream().anyMatch(array -> array.matcher(line).find())) {
                complaints.add(number + NEW_BASH + "empty array under set -u: \"${a[@]+\"${a[@]}\"}\"");
            }
        }
        return complaints;
    }

    /** What must not be there: all of an array that begins empty, with nothing said for the case that it still is. */
    private static List<Pattern> unguarded(String text) {
        return EMPTY_ARRAY
                .matcher(text)
                .results()
                .map(found -> Matcher.quoteReplacement(found.group(1)))
                .map(name -> Pattern.compile("(?<!\\+)\"\\$\\{" + name + "\\[@]}\""))
                .toList();
    }
}
