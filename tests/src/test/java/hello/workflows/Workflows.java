package hello.workflows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The rules for workflows that a linter does not know. */
final class Workflows {

    private static final Pattern PIN = Pattern.compile("[\\w.-]+/[\\w./-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");
    private static final Pattern RIGHT = Pattern.compile(" +[a-z-]+: (read|write)( # \\S.*)?");
    /** Conditions under which no pull request runs a job. */
    private static final Pattern NO_PULL_REQUEST = Pattern.compile("github\\.event_name != 'pull_request'|"
            + "github\\.event_name == '(schedule|workflow_dispatch)'"
            + "( \\|\\| github\\.event_name == '(schedule|workflow_dispatch)')*");
    /** Rights that change nothing which others take or run: findings are shown to maintainers alone. */
    private static final Set<String> HARMLESS = Set.of("contents: read", "security-events: write");

    /** A secret in an expression, by whatever name but that of the token, which each job has of its own. */
    private static final Pattern SECRET =
            Pattern.compile("\\$\\{\\{[^}]*\\bsecrets\\b(?!\\.GITHUB_TOKEN\\b)", Pattern.CASE_INSENSITIVE);

    private static final String BUMP = "gitops/environments/staging/image.yaml";

    private final Path root;
    private final List<String> complaints = new ArrayList<>();

    private Workflows(Path root) {
        this.root = root;
    }

    /** The repository's folder, found from here upwards. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".github/workflows"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** The workflows of the repository: name of the file and text. */
    static Map<String, String> read() {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.list(root().resolve(".github/workflows"))) {
            for (Path file :
                    files.filter(file -> file.toString().matches(".*\\.ya?ml")).toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** What is wrong with a workflow. */
    static List<String> complaints(String name, String text) {
        var workflows = new Workflows(root());
        workflows.look(text);
        return workflows.complaints.stream()
                .map(complaint -> name + ": " + complaint)
                .toList();
    }

    private void look(String text) {
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

        Map<Object, Object> workflow = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        Map<String, Object> on = map(workflow.get(Boolean.TRUE)); // YAML takes the word `on` for a truth value
        must(Map.of().equals(workflow.get("permissions")), "has rights at the top");
        for (String trigger : on.keySet()) {
            must(
                    Set.of("push", "pull_request", "workflow_dispatch", "workflow_call", "schedule")
                            .contains(trigger),
                    "is started by " + trigger);
        }
        boolean writes = false;
        for (Map.Entry<String, Object> entry : map(workflow.get("jobs")).entrySet()) {
            writes |= job(
                    entry.getKey(),
                    map(entry.getValue()),
                    on.containsKey("pull_request") || on.containsKey("workflow_call"));
        }
        secrets(workflow);
        Map<String, Object> concurrency = map(workflow.get("concurrency"));
        groups(map(on.get("pull_request")), concurrency, map(workflow.get("jobs")));
        if (writes) {
            must(
                    "max".equals(concurrency.get("queue"))
                            && Boolean.FALSE.equals(concurrency.get("cancel-in-progress")),
                    "may drop or cut off a run that writes");
            must(!String.valueOf(concurrency.get("group")).contains("${{"), "has more than one queue");
            if (on.containsKey("push")) {
                must(List.of("main").equals(map(on.get("push")).get("branches")), "is not for main alone");
                must(!started(map(on.get("push")), BUMP), "starts again on its own bump");
                must(
                        started(map(on.get("push")), "service/src/main/java/hello/Application.java"),
                        "does not start on a change of code");
            }
        }
    }

    /** Any branch's workflow can print a secret of the repository; an environment's goes to the branches it names. */
    private void secrets(Map<Object, Object> workflow) {
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
        List<String> rights = map(job.get("permissions")).entrySet().stream()
                .map(right -> right.getKey() + ": " + right.getValue())
                .toList();
        boolean open = pullRequests
                && !NO_PULL_REQUEST.matcher(String.valueOf(job.get("if"))).matches();
        if (open) {
            rights.forEach(right -> must(HARMLESS.contains(right), name + " lets a pull request have " + right));
            must(!job.toString().contains("secrets."), name + " lets a pull request see a secret");
        }
        for (Object each : (List<?>) job.getOrDefault("steps", List.of())) {
            step(name, map(each), rights);
        }
        return rights.contains("contents: write") || rights.contains("packages: write");
    }

    private void step(String job, Map<String, Object> step, List<String> rights) {
        if (String.valueOf(step.get("uses")).startsWith("actions/checkout@")) {
            Object keeps = map(step.get("with")).get("persist-credentials");
            must(keeps != null, job + " does not say whether the token stays in the clone");
            must(
                    !Boolean.TRUE.equals(keeps) || rights.contains("contents: write"),
                    job + " keeps a token that it does not need");
            must(!step.toString().contains("pull_request.head"), job + " checks out somebody's head by name");
        }
        tool(job, String.valueOf(step.get("uses")), map(step.get("with")));
        if (!(step.get("run") instanceof String run)) {
            return;
        }
        must(!run.contains("${{"), job + " puts text of others into a script: " + run);
        must(run.strip().lines().count() == 1, job + " does what no script does: " + run);
        Matcher make = Pattern.compile("\\bmake ([a-z0-9-]+)").matcher(run);
        while (make.find()) {
            must(
                    text("Makefile").lines().anyMatch(line -> line.startsWith(make.group(1) + ":")),
                    job + " names a target that is not there: " + make.group(1));
        }
        Matcher script = Pattern.compile("(?<=^|[ ;&|])((?:\\.github|docs|gitops|local|service)/[\\w./-]+)")
                .matcher(run);
        while (script.find()) {
            must(
                    Files.isExecutable(root.resolve(script.group(1))),
                    job + " names a script that is not there: " + script.group(1));
        }
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
            must(Files.exists(root.resolve(uses.split(" ")[0])), "uses what is not there: " + uses);
        } else {
            must(PIN.matcher(uses).matches(), "is not pinned by commit with its version beside it: " + uses);
        }
    }

    /** Whether a push that changes one file starts a workflow. */
    private static boolean started(Map<String, Object> push, String file) {
        if (push.get("paths") instanceof List<?> paths) {
            return paths.stream().anyMatch(glob -> matches(glob, file));
        }
        return !(push.get("paths-ignore") instanceof List<?> ignored)
                || ignored.stream().noneMatch(glob -> matches(glob, file));
    }

    private static boolean matches(Object glob, String file) {
        return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(file));
    }

    private String text(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
