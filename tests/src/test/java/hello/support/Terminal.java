package hello.support;

/**
 * Parts of a script of Bash that runs a command until Ctrl-C, as a terminal does: in a group of processes of its own,
 * to which Ctrl-C goes. The script has a folder in {@code $PLACE}.
 */
public final class Terminal {

    private Terminal() {}

    /**
     * Begins the command; what it writes is in {@code $PLACE/said}. After this, {@code soon CONDITION...} waits for
     * what comes true within ten seconds, or in {@code $PATIENCE} twentieths of a second.
     *
     * @param command the command, as a shell reads it
     * @return the script's beginning
     */
    public static String begin(String command) {
        return """
                set -m
                soon() {
                  for turn in $(seq "${PATIENCE:-200}"); do
                    if "$@"; then return; fi
                    sleep 0.05
                  done
                  echo "never came true: $*"
                  cat "$PLACE/said"
                  kill -KILL -- "-$terminal" 2>/dev/null || true
                  exit 1
                }
                has_lines() { [ "$(cat "$PLACE/$2" 2>/dev/null | wc -l)" -ge "$1" ]; }
                %s >"$PLACE/said" 2>&1 &
                terminal=$!
                """.formatted(command);
    }

    /**
     * Presses Ctrl-C, after which no process of the group may be left.
     *
     * @return the script's end
     */
    public static String end() {
        return """
                kill -INT -- "-$terminal"
                wait "$terminal" || echo "it ended with $?"
                is_gone() { ! kill -0 -- "-$terminal" 2>/dev/null; }
                soon is_gone
                """;
    }
}
