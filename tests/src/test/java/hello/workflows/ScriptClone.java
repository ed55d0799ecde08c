package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A clone with the workflows' scripts, an origin, and a PATH on which only what the test puts there is found. */
final class ScriptClone {

    static final String ONE = "sha256:" + "1".repeat(64);
    static final String TWO = "sha256:" + "2".repeat(64);

    private static final String[] TOOLS = """
            awk bash cat chmod cp cut date dirname env git grep head ls mkdir mktemp printf rm sed sh sha256sum sleep sort
            tail tee touch tr uname""".split("\\s+");

    private static final String BEGINNING = """
            git init -q --bare -b main origin.git
            git init -q -b main clone
            cd clone
            git remote add origin ../origin.git
            mkdir -p docs service/target gitops/environments/staging gitops/environments/production
            mkdir -p argocd/root
            cp "$1/argocd/root/values.yaml" argocd/root/
            cp -R "$1/.github" .
            cp "$1/docs/verify-release" docs
            cp "$1"/gitops/{branch.sh,bump,freeze,order} gitops
            cp "$1/gitops/environments/order" gitops/environments
            touch gitops/environments/staging/values.yaml gitops/environments/production/values.yaml
            git add .
            git commit -q -m 'The beginning'
            git push -q origin main
            """;

    private final Path root;

    /**
     * Makes the clone.
     *
     * @param root an empty folder
     */
    ScriptClone(Path root) {
        this.root = root;
        StandIn.real(root.resolve("bin"), TOOLS);
        command(root, BEGINNING, Repository.ROOT.toString()).run().orFail();
        standIn("gh", "");
        standIn("cosign", "");
    }

    /** Runs a line of Bash in the clone, with the environment that a workflow gives. */
    CommandResult run(String line) {
        return command(root.resolve("clone"), line).run();
    }

    /** Runs lines of Bash beside the clone, which must go well, and gives their output. */
    String must(String lines) {
        return command(root, lines).run().orFail().output().strip();
    }

    /** Demands that a line fails, and that it says why. */
    void refused(String line, String why) {
        CommandResult result = run(line);
        assertThat(result.exitCode()).as(result.toString()).isNotZero();
        assertThat(result.errors()).contains(why);
    }

    /** Puts a stand-in on the PATH. */
    StandIn standIn(String tool, String script) {
        return StandIn.of(root.resolve("bin"), tool, script);
    }

    /** Puts a stand-in for one of the clone's own scripts there. */
    StandIn script(String file, String script) {
        Path path = root.resolve("clone").resolve(file);
        return StandIn.of(path.getParent(), path.getFileName().toString(), script);
    }

    /** Takes a program off the PATH. */
    void without(String tool) throws IOException {
        Files.delete(root.resolve("bin").resolve(tool));
    }

    /** Reads a file beside the clone; empty when there is none. */
    String file(String name) {
        Path path = root.resolve(name);
        return Files.exists(path) ? Repository.read(path) : "";
    }

    /** The commit that is checked out. */
    String head() {
        return must("git -C clone rev-parse HEAD");
    }

    /** Bumps staging to an image of the commit that is checked out, and gives that commit. */
    String staging(String digest) {
        String commit = head();
        must("cd clone; gitops/bump staging --tag " + commit.substring(0, 12) + " --digest " + digest + " --commit "
                + commit + "; git pull -q --ff-only origin main");
        return commit;
    }

    private Command command(Path folder, String script, String... arguments) {
        return Command.bash(script, arguments)
                .in(folder)
                .without(name -> true)
                .with(Map.of("PATH", root.resolve("bin").toString(), "HOME", root.toString(), "LC_ALL", "C"))
                .with(Map.of("GIT_AUTHOR_NAME", "Ada", "GIT_AUTHOR_EMAIL", "ada@example.org"))
                .with(Map.of("GIT_COMMITTER_NAME", "Ada", "GIT_COMMITTER_EMAIL", "ada@example.org"))
                .with(Map.of("GIT_CONFIG_NOSYSTEM", "1", "GITHUB_REPOSITORY", "Ada/hello", "GITHUB_ACTOR", "ada"))
                .with(Map.of(
                        "REGISTRY_TOKEN",
                        "t0ken",
                        "GITHUB_OUTPUT",
                        root.resolve("output").toString()));
    }
}
