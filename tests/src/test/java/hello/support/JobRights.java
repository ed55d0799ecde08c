package hello.support;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A token for each job of a workflow, which lets it do what {@code permissions} in the workflow's own file give, and
 * nothing else. So does GitHub; act has one token for all.
 */
public final class JobRights {
    private static final Map<String, Integer> LEVELS = Map.of("none", 0, "read", 1, "write", 2);

    /** By token: of each kind the level. */
    private final Map<String, Map<String, Integer>> rights = new ConcurrentHashMap<>();

    /** By the file of a workflow that another one calls: what the calling job may do. */
    private final Map<String, Map<String, Integer>> limits = new ConcurrentHashMap<>();

    /**
     * Gives each job its token: where the file has that of the run, and in the job's environment as JOB_TOKEN.
     *
     * @param file the workflow's name
     * @param text the workflow
     * @return the workflow with the tokens
     */
    public String give(String file, String text) {
        String own = text.replace("secrets.GITHUB_TOKEN", "env.JOB_TOKEN").replaceFirst("(?m)^on:", "'on':");
        Map<String, Object> workflow = Yaml.document(own);
        Yaml.mapAt(workflow, "jobs").forEach((id, each) -> {
            Map<String, Object> job = Yaml.map(each);
            Object asked = job.getOrDefault("permissions", workflow.get("permissions"));
            Map<String, Integer> may = limited(levels(asked), limits.get(file));
            if (job.get("uses") instanceof String called) {
                limits.put(called.replaceFirst(".*/", ""), may);
            } else {
                job.put("env", environment(file + "." + id, may, job.get("env")));
            }
        });
        return Yaml.text(workflow);
    }

    private static Map<String, Integer> levels(Object permissions) {
        return Yaml.map(permissions).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, right -> LEVELS.get((String) right.getValue())));
    }

    private static Map<String, Integer> limited(Map<String, Integer> asked, Map<String, Integer> limit) {
        if (limit == null) {
            return asked;
        }
        return asked.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, right -> Math.min(right.getValue(), limit.getOrDefault(right.getKey(), 0))));
    }

    private Map<String, Object> environment(String job, Map<String, Integer> may, Object own) {
        String token = job + "." + UUID.randomUUID();
        rights.put(token, may);
        Map<String, Object> environment = new LinkedHashMap<>(own == null ? Map.of() : Yaml.map(own));
        environment.put("JOB_TOKEN", token);
        environment.put("JOB_RIGHTS", text(may));
        return environment;
    }

    /** As the stand-ins for GitHub's own API read it: what may be written. */
    private static String text(Map<String, Integer> may) {
        return may.entrySet().stream()
                .filter(right -> right.getValue().equals(LEVELS.get("write")))
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(" ", " ", " "));
    }

    /**
     * Guards a server.
     *
     * @param kind of the rights that count there
     * @return a gate that jobs pass by their tokens, whoever shows them
     */
    public Gate gate(String kind) {
        return (user, token, writes) -> {
            Map<String, Integer> may = rights.get(token);
            if (may == null) {
                return Gate.Answer.LOG_IN;
            }
            int needed = LEVELS.get(writes ? "write" : "read");
            return may.getOrDefault(kind, 0) >= needed ? Gate.Answer.WELCOME : Gate.Answer.REFUSED;
        };
    }
}
