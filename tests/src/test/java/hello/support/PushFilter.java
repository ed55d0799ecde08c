package hello.support;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which pushes start a workflow, by the branches and paths of its own {@code on: push}, as GitHub reads them. */
public final class PushFilter {
    /** What GitHub and Java read alike; for anything else this would have to learn more. */
    private static final Pattern PLAIN = Pattern.compile("[\\w./*-]+");

    private static final Set<String> KEYS = Set.of("branches", "paths", "paths-ignore");

    private PushFilter() {}

    /**
     * Decides for a push.
     *
     * @param workflow the workflow, as {@link Yaml} reads it
     * @param branch what is pushed to
     * @param files what the push changes
     * @return whether the workflow is started
     */
    public static boolean starts(Map<?, ?> workflow, String branch, Collection<String> files) {
        Map<?, ?> on = (Map<?, ?>) workflow.get(Boolean.TRUE); // YAML takes `on` for a truth value
        return on.containsKey("push") && (!(on.get("push") instanceof Map<?, ?> push) || passes(push, branch, files));
    }

    private static boolean passes(Map<?, ?> push, String branch, Collection<String> files) {
        if (!KEYS.containsAll(push.keySet())) {
            throw new IllegalArgumentException("not known to this test: " + push.keySet());
        }
        return (!push.containsKey("branches") || matches(push.get("branches"), branch))
                && (!push.containsKey("paths") || files.stream().anyMatch(file -> matches(push.get("paths"), file)))
                && (!push.containsKey("paths-ignore")
                        || !files.stream().allMatch(file -> matches(push.get("paths-ignore"), file)));
    }

    private static boolean matches(Object globs, String name) {
        return ((List<?>) globs).stream().map(String::valueOf).anyMatch(glob -> {
            if (!PLAIN.matcher(glob).matches()) {
                throw new IllegalArgumentException("not known to this test: " + glob);
            }
            return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(name));
        });
    }
}
