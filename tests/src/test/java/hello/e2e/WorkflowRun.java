package hello.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.JobRights;
import hello.support.OwnCertificate;
import hello.support.PrivateServer;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Tunnel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The workflows, run on this machine from their own files by <a href="https://nektosact.com">act</a>: its event, jobs,
 * conditions, outputs and steps are GitHub's, and docker with buildx are the programs that they call there. The jobs
 * meet ghcr.io by TLS, behind which is a registry of this machine, and each has a token that lets it do what its own
 * `permissions` give. The actions of others are small ones in src/test/resources/workflow-run, which clone, copy files,
 * or keep what they were told; there is no GitHub, no Sigstore and no runner for Arm.
 */
final class WorkflowRun implements AutoCloseable {
    /** What the image is called in the jobs, but for its registry. */
    static final String NAME = "ada/hello";

    static final String HOST = "ghcr.io";

    private static final String ACT = "github.com/nektos/act@v0.2.89";
    private static final String BUILDX = "github.com/docker/buildx/cmd/buildx@v0.38.2";
    private static final Pattern ACTION = Pattern.compile("uses: (\\w[^ @]*)@([0-9a-f]{40})");

    private final Path folder;
    private final JobRights rights;
    private final PrivateServer images;
    private final Tunnel tunnel;
    private final Map<String, String> environment = new HashMap<>();
    private final Path stand = Repository.path("tests/src/test/resources/workflow-run");
    private final String act;

    /**
     * Makes ready. Where a program is not there and cannot be built, the test is left out.
     *
     * @param folder an empty one, for what the workflows leave behind
     * @param repository the git server's, which the jobs check out
     * @param registry the port of the one that is behind ghcr.io
     * @param rights whose gate that git server has
     */
    WorkflowRun(Path folder, String repository, int registry, JobRights rights) throws IOException {
        this.folder = folder;
        this.rights = rights;
        act = program("act", "command -v act || true", ACT);
        String buildx = program("buildx", "docker buildx version >/dev/null 2>&1 && echo its own || true", BUILDX);
        OwnCertificate certificate = new OwnCertificate(Files.createDirectory(folder.resolve("tls")), HOST);
        images = PrivateServer.byTls(certificate, registry, rights.gate("packages"));
        tunnel = new Tunnel(HOST, images.port());
        Files.createDirectories(folder.resolve("records/artifacts"));
        fill(repository, buildx, certificate);
    }

    /** What each job finds in its environment, besides what its workflow says. */
    private void fill(String repository, String buildx, OwnCertificate certificate) {
        String jdk = Cluster.run(Cluster.ROOT, "service/jdk").orFail().line();
        environment.put("GIT_SERVER", repository);
        environment.put("JDK", jdk);
        environment.put("BUILDX", buildx);
        environment.put("RECORDS", folder.resolve("records").toString());
        environment.put("HTTPS_PROXY", "http://127.0.0.1:" + tunnel.port());
        environment.put("SSL_CERT_FILE", certificate.pem().toString());
        environment.put("DOCKER_HOST", "unix://" + folder.resolve("no-daemon"));
        environment.put("MAVEN_OPTS", mavenOptions(certificate));
        for (String name : List.of("BASE_IMAGE", "JAVA_BASE_IMAGE")) {
            environment.computeIfAbsent(name, System::getenv);
        }
    }

    /** All tests have just run, so <i>verify</i> runs two quick classes here. */
    private String mavenOptions(OwnCertificate certificate) {
        return System.getenv().getOrDefault("MAVEN_OPTS", "")
                + " -Dtest=JsonLogTest,CommandTest -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip=true"
                + " -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=" + tunnel.port()
                + " -Djavax.net.ssl.trustStore=" + certificate.trustStore()
                + " -Djavax.net.ssl.trustStorePassword=" + OwnCertificate.PASSWORD;
    }

    /** The program that a line of Bash finds on this machine, or else one that is built. */
    private String program(String name, String found, String module) {
        String there = Cluster.run(folder, "bash", "-c", found).line();
        if (!there.isEmpty()) {
            return there;
        }
        CommandResult built = Command.of("bash", "-c", "docker --version && go install " + module)
                .with("GOBIN", folder.toString())
                .mergingErrors()
                .run();
        assumeTrue(built.exitCode() == 0, "no " + name + " on this machine, and it cannot be built: " + built.output());
        return folder.resolve(name).toString();
    }

    /** As {@link #run(Path, String, String, UnaryOperator)}, with the workflow as it is. */
    CommandResult run(Path clone, String event, String workflow) throws IOException {
        return run(clone, event, workflow, UnaryOperator.identity());
    }

    /**
     * Runs a workflow for the commit that is checked out in a clone.
     *
     * @param clone whose remote `origin` tells the repository's name on GitHub
     * @param event that starts it
     * @param workflow its file's name
     * @param fault what is changed in the workflow before
     * @return how it ended
     */
    CommandResult run(Path clone, String event, String workflow, UnaryOperator<String> fault) throws IOException {
        List<String> command = new ArrayList<>(List.of(act, event, "--actor", "ada", "--no-skip-checkout"));
        command.addAll(List.of("-W", readable(clone, workflow, fault).toString(), "-e", event().toString()));
        command.addAll(List.of("-P", "ubuntu-24.04=-self-hosted", "-P", "ubuntu-24.04-arm=-self-hosted"));
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

    /** The workflow, and all that it calls, with the jobs' tokens, and without the one key that act does not know. */
    private Path readable(Path clone, String workflow, UnaryOperator<String> fault) throws IOException {
        String files = ".github/workflows";
        Cluster.run(clone, "git", "checkout", "-q", "HEAD", "--", files).orFail();
        Path file = clone.resolve(files).resolve(workflow);
        String text = fault.apply(Repository.read(file)).replace("  queue: max", "  #");
        Files.writeString(file, rights.give(workflow, text));
        Path called = file.resolveSibling("verify.yml");
        Files.writeString(called, rights.give("verify.yml", Repository.read(called)));
        return file;
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

    @Override
    public void close() {
        tunnel.close();
        images.close();
    }
}
