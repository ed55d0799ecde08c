package hello.workflows;

import hello.support.PushFilter;
import hello.support.Repository;
import hello.support.Yaml;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The rules for workflows that a linter does not know. */
final class Workflows {

    private static final Pattern PIN = Pattern.compile("[\\w.-]+/[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    private static final Pattern RIGHT = Pattern.compile(" +[a-z-]+: (read|write)( # \\S.*)?");
    /** Conditions under which no pull request runs a job. */
    private static final Pattern NO_PULL_REQUEST = Pattern.compile("github\\.event_name != 'pull_request'|"
            + "github\\.event_name == '(schedule|workflow_dispatch)'"
            + "( \\|\\| github\\.event_name == '(schedule|workflow_dispatch)')*");
    /** Conditions under which no fork's pull request runs a job: who may push a branch here wrote what it runs. */
    private static final Pattern NO_FORK = Pattern.compile(
            "github\\.event\\.pull_request\\.head\\.repo\\.full_name == github\\.repository( && [^|]*)?");
    /** Rights that change nothing which others take or run: findings are shown to maintainers alone. */
    private static final Set<String> HARMLESS = Set.of("contents: read", "security-events: write");

    /** A secret in an expression, by whatever name but that of the token, which each job has of its own. */
    private static final Pattern SECRET =
            Pattern.compile("\\$\\{\\{[^}]*\\bsecrets\\b(?!\\.GITHUB_TOKEN\\b)", Pattern.CASE_INSENSITIVE);

    private static final Set<String> TRIGGERS =
            Set.of("push", "pull_request", "workflow_dispatch", "workflow_call", "schedule", "status");

    /** What a status may do, and which alone: anybody's checks post them. */
    private static final Set<String> RECORDS = Set.of("contents: read", "deployments: write");

    private static final String OUR_STATUS = "startsWith(github.event.context, 'argocd/')";

    private static final String BUMP = "gitops/environments/staging/image.yaml";
    private static final String CODE = "service/src/main/java/hello/Application.java";

    private static final Pattern TARGET = Pattern.compile("\\bmake ([a-z0-9-]+)");
    private static final Pattern SCRIPT =
            Pattern.compile("(?<=^|[ ;&|])((?:\\.github|docs|gitops|local|service)/[\\w./-]+)");

    private final List<String> complaints = new ArrayList<>();

    private Workflows() {}

    /** The workflows of the repository: name of the file and text. */
    static Map<String, String> read() {
        Map<String, String> texts = new TreeMap<>();
        for (Path file : Repository.find(Repository.path(".github/workflows"), ".*\\.ya?ml")) {
            texts.put(file.getFileName().toString(), Repository.read(file));
        }
        return texts;
    }

    /**
     * Looks at a workflow.
     *
     * @param name of its file
     * @param text of its file
     * @return a sentence for each rule that it breaks
     */
    static List<String> complaints(String name, String text) {
        Workflows workflows = new Workflows();
        workflows.lines(text);
        workflows.workflow(Yaml.document(text));
        if (name.equals("verify.yml")) {
            workflows.systems(map(Yaml.document(text).get("jobs")));
        }
        if (name.equals("release.yml")) {
            workflows.complaints.addAll(ReleaseRules.complaints(Yaml.document(text)));
        }
        return workflows.complaints.stream()
                .map(complaint -> name + ": " + complaint)
                .toList();
    }

    private void lines(String text) {
        must(text.lines().count() < 100, "has 100 lines or more");
        text.lines()
                .map(String::strip)
                .map(line -> line.replaceFirst("^- ", ""))
                .filter(line -> line.startsWith("uses: "))
                .map(line -> line.substring(6))
                .forEach(this::pinned);
        text.lines()
                .filter(line -> RIGHT.matcher(line).matches())
                .forEach(line -> must(line.contains(" # "), "no reason beside" + line));
    }

    private void workflow(Map<String, Object> workflow) {
        Map<String, Object> on = map(((Map<?, ?>) workflow).get(Boolean.TRUE)); // YAML takes `on` for a truth value
        must(Map.of().equals(workflow.get("permissions")), "has rights at the top");
        on.keySet().forEach(trigger -> must(TRIGGERS.contains(trigger), "is started by " + trigger));
        boolean pullRequests = on.containsKey("pull_request") || on.containsKey("workflow_call");
        boolean writes = false;
        for (Map.Entry<String, Object> entry : map(workflow.get("jobs")).entrySet()) {
            writes |= job(entry.getKey(), map(entry.getValue()), pullRequests);
        }
        secrets(workflow);
        if (on.containsKey("status")) {
            map(workflow.get("jobs")).forEach((name, job) -> status(name, map(job)));
        }
        Map<String, Object> concurrency = map(workflow.get("concurrency"));
        groups(map(on.get("pull_request")), concurrency, map(workflow.get("jobs")));
        if (writes) {
            queue(concurrency);
            if (on.containsKey("push")) {
                started(workflow);
            }
        }
    }

    /** The tests run on the systems of the people who type the commands. */
    private void systems(Map<String, Object> jobs) {
        List<String> testing = jobs.values().stream()
                .filter(job ->
                        Yaml.mapsAt(map(job), "steps").stream().anyMatch(step -> "make test".equals(step.get("run"))))
                .map(job -> String.valueOf(map(job).get("runs-on")))
                .toList();
        for (String system : List.of("ubuntu", "macos")) {
            must(testing.stream().anyMatch(runner -> runner.startsWith(system)), "runs make test on no " + system);
        }
    }

    /** What writes runs one after the other, each to its end. */
    private void queue(Map<String, Object> concurrency) {
        boolean cancels = !Boolean.FALSE.equals(concurrency.get("cancel-in-progress"));
        must("max".equals(concurrency.get("queue")) && !cancels, "may drop or cut off a run that writes");
        must(!String.valueOf(concurrency.get("group")).contains("${{"), "has more than one queue");
    }

    /** What writes starts on a change of main's code, and not on its own commit. */
    private void started(Map<String, Object> workflow) {
        Map<String, Object> push =
                map(map(((Map<?, ?>) workflow).get(Boolean.TRUE)).get("push"));
        must(List.of("main").equals(push.get("branches")), "is not for main alone");
        must(!PushFilter.starts(workflow, "main", List.of(BUMP)), "starts again on its own bump");
        must(PushFilter.starts(workflow, "main", List.of(CODE)), "does not start on a change of code");
    }

    /** Any branch's workflow can print a secret of the repository; an environment's goes to the branches it names. */
    private void secrets(Map<String, Object> workflow) {
        must(!SECRET.matcher(String.valueOf(workflow.get("env"))).find(), "gives every job a secret");
        map(workflow.get("jobs")).forEach((name, job) -> {
            must(!map(job).containsKey("secrets"), name + " hands secrets on");
            must(
                    map(job).containsKey("environment")
                            || !SECRET.matcher(job.toString()).find(),
                    name + " has a secret that no environment keeps from other branches");
        });
    }

    /**
     * A run claims its workflow's group before a job's condition is looked at, so a run for a label that means nothing
     * would cancel the one that was asked for. A job that is skipped claims nothing.
     */
    private void groups(Map<String, Object> pullRequest, Map<String, Object> concurrency, Map<String, Object> jobs) {
        if (!String.valueOf(pullRequest.get("types")).contains("labeled")) {
            must(concurrency.containsKey("group"), "has no concurrency group");
            return;
        }
        must(concurrency.isEmpty(), "lets any label cancel a run");
        jobs.forEach((name, job) -> {
            boolean skipped =
                    NO_PULL_REQUEST.matcher(String.valueOf(map(job).get("if"))).matches();
            must(skipped || map(map(job).get("concurrency")).containsKey("group"), name + " has no concurrency group");
        });
    }

    private boolean job(String name, Map<String, Object> job, boolean pullRequests) {
        must(job.containsKey("permissions"), name + " does not say its rights");
        must(job.containsKey("uses") || job.containsKey("timeout-minutes"), name + " may run for hours");
        must(!String.valueOf(job.get("runs-on")).contains("latest"), name + " runs on whatever is the latest");
        List<String> rights = rights(job);
        String condition = String.valueOf(job.get("if"));
        boolean previews = NO_FORK.matcher(condition).matches();
        boolean open =
                pullRequests && !previews && !NO_PULL_REQUEST.matcher(condition).matches();
        if (open) {
            rights.forEach(right -> must(HARMLESS.contains(right), name + " lets a pull request have " + right));
            must(!job.toString().contains("secrets."), name + " lets a pull request see a secret");
        }
        for (Object each : (List<?>) job.getOrDefault("steps", List.of())) {
            step(name, map(each), rights);
        }
        // Of a pull request's own branch and images the newest state is wanted, not each in turn.
        return !previews && (rights.contains("contents: write") || rights.contains("packages: write"));
    }

    private void status(String name, Map<String, Object> job) {
        must(OUR_STATUS.equals(job.get("if")), name + " runs for anybody's status");
        rights(job).forEach(right -> must(RECORDS.contains(right), name + " lets a status have " + right));
    }

    private static List<String> rights(Map<String, Object> job) {
        return map(job.get("permissions")).entrySet().stream()
                .map(right -> right.getKey() + ": " + right.getValue())
                .toList();
    }

    private void step(String job, Map<String, Object> step, List<String> rights) {
        String uses = String.valueOf(step.get("uses"));
        if (uses.startsWith("actions/checkout@")) {
            Object keeps = map(step.get("with")).get("persist-credentials");
            boolean pushes = rights.contains("contents: write");
            must(keeps != null, job + " does not say whether the token stays in the clone");
            must(!Boolean.TRUE.equals(keeps) || pushes, job + " keeps a token that it does not need");
            must(!step.toString().contains("pull_request.head"), job + " checks out somebody's head by name");
        }
        tool(job, uses, map(step.get("with")));
        if (step.get("run") instanceof String run) {
            run(job, run);
        }
    }

    private void run(String job, String run) {
        must(!run.contains("${{"), job + " puts text of others into a script: " + run);
        must(run.strip().lines().count() == 1, job + " does what no script does: " + run);
        TARGET.matcher(run).results().map(found -> found.group(1)).forEach(target -> {
            boolean isThere = Repository.read("Makefile").lines().anyMatch(line -> line.startsWith(target + ":"));
            must(isThere, job + " names a target that is not there: " + target);
        });
        SCRIPT.matcher(run).results().map(found -> found.group(1)).forEach(script -> {
            boolean isThere = Files.isExecutable(Repository.path(script));
            must(isThere, job + " names a script that is not there: " + script);
        });
        must(
                run.matches("(?s).*(\\bmake |\\.github/|gitops/|cosign ).*"),
                job + " runs neither a target nor a script: " + run);
    }

    /** What an action installs is pinned as the action is. */
    private void tool(String job, String uses, Map<String, Object> with) {
        if (uses.startsWith("actions/setup-java@")) {
            must(".tool-versions".equals(with.get("java-version-file")), job + " has a Java of its own");
            must(Boolean.TRUE.equals(with.get("verify-signature")), job + " runs a JDK whose signature nobody checked");
        } else if (uses.startsWith("actions/setup-go@")) {
            String go = String.valueOf(with.get("go-version"));
            must(go.matches("\\d+\\.\\d+\\.\\d+"), job + " takes whichever Go is there: " + go);
        } else if (uses.startsWith("jdx/mise-action@")) {
            must(with.containsKey("version"), job + " takes whichever mise is the newest");
        }
    }

    private void pinned(String uses) {
        if (uses.startsWith("./")) {
            must(Files.exists(Repository.path(uses.split(" ")[0])), "uses what is not there: " + uses);
        } else {
            must(PIN.matcher(uses).matches(), "is not pinned by commit with its version beside it: " + uses);
        }
    }

    private void must(boolean fact, String complaint) {
        if (!fact) {
            complaints.add(complaint);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object object) {
        return object instanceof Map ? (Map<String, Object>) object : Map.of();
    }
}
