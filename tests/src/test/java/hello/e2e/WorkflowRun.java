package hello.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The workflows, run on this machine from their own files by <a href="https://nektosact.com">act</a>: its event, jobs,
 * conditions, outputs and steps are GitHub's. The actions of others are small ones in src/test/resources/workflow-run,
 * which clone, copy files, or keep what they were told; there is no GitHub, no Sigstore and no runner for Arm.
 */
final class WorkflowRun {
    private static final String ACT = "github.com/nektos/act@v0.2.89";
    private static final Pattern ACTION = Pattern.compile("uses: (\\w[^ @]*)@([0-9a-f]{40})");

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final Path stand = Repository.path("tests/src/test/resources/workflow-run");
    private final String user;
    private final String act;

    /**
     * Makes ready. Where act is not there and cannot be built, the test is left out.
     *
     * @param folder an empty one, for what the workflows leave behind
     * @param repository the git server's, which the jobs check out
     * @param registry where images go, HOST:PORT
     * @param user who has the token
     * @param token for both
     */
    WorkflowRun(Path folder, String repository, String registry, String user, String token) throws IOException {
        this.folder = folder;
        this.user = user;
        act = act();
        Files.createDirectories(folder.resolve("records/artifacts"));
        Files.createDirectories(folder.resolve("docker"));
        String jdk = Cluster.run(Cluster.ROOT, "service/jdk").orFail().line();
        environment.putAll(Map.of(
                "GIT_SERVER", repository,
                "REGISTRY", registry,
                "JOB_TOKEN", token,
                "JDK", jdk,
                "RECORDS", folder.resolve("records").toString(),
                "DOCKER_CONFIG", folder.resolve("docker").toString(),
                "MAVEN_OPTS", mavenOptions()));
        for (String name : List.of("BASE_IMAGE", "JAVA_BASE_IMAGE")) {
            environment.computeIfAbsent(name, System::getenv);
        }
    }

    /** All tests have just run, so <i>verify</i> runs two quick classes here. A registry on localhost has no TLS. */
    private static String mavenOptions() {
        return System.getenv().getOrDefault("MAVEN_OPTS", "")
                + " -Dtest=JsonLogTest,CommandTest -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip=true"
                + " -DsendCredentialsOverHttp=true";
    }

    private String act() {
        String path =
                Cluster.run(folder, "bash", "-c", "command -v act || true").line();
        if (!path.isEmpty()) {
            return path;
        }
        CommandResult built = Command.of("bash", "-c", "go install " + ACT)
                .with("GOBIN", folder.toString())
                .mergingErrors()
                .run();
        assumeTrue(built.exitCode() == 0, "no act on this machine, and it cannot be built: " + built.output());
        return folder.resolve("act").toString();
    }

    /**
     * Runs a workflow for the commit that is checked out in a clone.
     *
     * @param clone whose remote `origin` tells the repository's name on GitHub
     * @param event that starts it
     * @param workflow its file's name
     * @return how it ended
     */
    CommandResult run(Path clone, String event, String workflow) throws IOException {
        List<String> command = new ArrayList<>(List.of(act, event, "--actor", user, "--no-skip-checkout"));
        command.addAll(List.of("-W", readable(clone, workflow).toString(), "-e", event().toString()));
        command.addAll(List.of("-P", "ubuntu-24.04=-self-hosted", "-P", "ubuntu-24.04-arm=-self-hosted"));
        command.addAll(List.of("-s", "GITHUB_TOKEN=" + environment.get("JOB_TOKEN")));
        environment.forEach((name, value) -> command.addAll(List.of("--env", name + "=" + value)));
        for (String action : actions(clone)) {
            command.addAll(List.of("--local-repository", action));
        }
        return Command.of(command.toArray(String[]::new))
                .in(clone)
                .with("PATH", StandIn.path(stand.resolve("bin")))
                .without(name -> name.startsWith("MAKE") || name.equals("MFLAGS"))
                .mergingErrors()
                .within(Duration.ofMinutes(15))
                .run();
    }

    /** The workflow without the one key that act does not know yet. */
    private Path readable(Path clone, String workflow) throws IOException {
        Path file = Files.createDirectories(folder.resolve("workflows")).resolve(workflow);
        String text = Files.readString(clone.resolve(".github/workflows").resolve(workflow));
        return Files.writeString(file, text.replace("  queue: max", "  #"));
    }

    private Path event() throws IOException {
        return Files.writeString(
                folder.resolve("event.json"), "{\"ref\": \"refs/heads/main\", \"repository\": {\"private\": false}}");
    }

    /** Each action at each commit that a workflow names, and the folder that stands for it. */
    private TreeSet<String> actions(Path clone) {
        TreeSet<String> actions = new TreeSet<>();
        for (Path file : Repository.find(clone.resolve(".github/workflows"), ".*\\.yml")) {
            ACTION.matcher(Repository.read(file))
                    .results()
                    .filter(found -> Files.isDirectory(action(found.group(1))))
                    .forEach(
                            found -> actions.add(found.group(1) + "@" + found.group(2) + "=" + action(found.group(1))));
        }
        return actions;
    }

    private Path action(String name) {
        return stand.resolve("actions").resolve(name);
    }

    /**
     * Tells what the stand-ins kept.
     *
     * @param name of the record
     * @return its lines
     */
    List<String> record(String name) {
        return Repository.read(folder.resolve("records").resolve(name)).lines().toList();
    }
}
