package hello;

import io.micronaut.serde.annotation.Serdeable;

/**
 * What the service says: the greeting, and who says it.
 *
 * @param message the word of greeting
 * @param name who is greeted
 * @param version the service's version
 * @param commit the commit that it was built from
 * @param pod the pod, or the machine, that answers
 */
@Serdeable
public record Greeting(String message, String name, String version, String commit, String pod) {

    /**
     * The greeting for a terminal.
     *
     * @return two lines
     */
    public String text() {
        return "%s, %s!\nversion %s, commit %s, pod %s\n".formatted(message, name, version, commit, pod);
    }
}
