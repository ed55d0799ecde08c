package hello.bump;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Yaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A bare repository {@code remote.git} and two clones of it, {@code person} and {@code workflow}, with real bash and
 * git, in a folder of their own. The workflow's remote {@code line} is a script, on which a test can let things happen
 * between a bump's fetch and its push.
 */
final class Sandbox {

    /** Where staging's image.yaml is, inside the repository. */
    static final String FILE = "gitops/environments/staging/image.yaml";

    /** The folder that holds bump, rollback and what they share. */
    static final Path SCRIPTS = Repository.path("gitops");

    /**
     * A remote's transport; {@code $1} is git-upload-pack or git-receive-pack. Before a push, what the test left in
     * {@code between} happens, once; then as many pushes as {@code refuse} says break off.
     */
    private static final String LINE = """
            #!/bin/sh
            unset $(git rev-parse --local-env-vars)
            cd "${0%/*}" || exit 1
            if [ "$1" = git-receive-pack ]; then
              if [ -e between ]; then
                mv between happening
                bash -e happening >between.out 2>between.err </dev/null
                echo $? >between.code
              fi
              left=$(cat refuse 2>/dev/null || echo 0)
              if [ "$left" -gt 0 ]; then
                echo $((left - 1)) >refuse
                echo 'the line broke' >&2
                exit 1
              fi
            fi
            exec "$1" remote.git
            """;

    private static final String SET_UP = """
            git init -q --bare -b main remote.git
            git -C remote.git config uploadpack.allowAnySHA1InWant true
            git clone -q remote.git person 2>/dev/null
            cd person
            git checkout -q -b main 2>/dev/null || true
            for environment in staging production; do
              mkdir -p gitops/environments/$environment
              echo 'replicaCount: 2' >gitops/environments/$environment/values.yaml
            done
            git add .
            git commit -q -m 'The beginning'
            git push -q origin main
            git remote set-url origin ../remote.git
            git clone -q ../remote.git ../workflow
            cd ../workflow
            git remote set-url origin ../remote.git
            git remote add line "ext::../line %S"
            git config protocol.ext.allow always
            """;

    private final Path root;
    private final Path scripts;
    private int shallowClones;

    /** What image.yaml names. */
    record Image(String tag, String digest, String commit) {

        /** The image that a build of a commit makes: the same commit always gives the same one. */
        static Image of(String commit) {
            return new Image(commit.substring(0, 12), "sha256:" + commit.substring(0, 24) + commit, commit);
        }

        /** Another build of the same commit: another digest. */
        Image rebuilt() {
            return new Image(tag, "sha256:" + commit + commit.substring(0, 24), commit);
        }
    }

    private Sandbox(Path root, Path scripts) {
        this.root = root;
        this.scripts = scripts;
    }

    /**
     * Makes the repository with one commit, and both clones.
     *
     * @param root an empty folder
     * @return the sandbox in it, with this repository's scripts
     */
    static Sandbox make(Path root) {
        Sandbox sandbox = new Sandbox(root, SCRIPTS);
        sandbox.write("line", LINE);
        if (!root.resolve("line").toFile().setExecutable(true)) {
            throw new IllegalStateException("cannot make executable: " + root.resolve("line"));
        }
        StandIn.of(root.resolve("bin"), "sleep", ""); // how long a bump waits is the schedule's business
        sandbox.must(SET_UP);
        return sandbox;
    }

    /**
     * Copies a sandbox as it is, which is quicker than making one.
     *
     * @param into an empty folder
     * @param others the folder of the scripts to use there
     * @return the copy
     */
    Sandbox copy(Path into, Path others) {
        must("cp -R line bin remote.git person workflow '" + into + "'");
        return new Sandbox(into, others);
    }

    /** Runs a snippet of bash in the sandbox's folder. */
    CommandResult run(String snippet) {
        return run(snippet, Map.of());
    }

    /** Runs a snippet of bash in the sandbox's folder with more variables, and none of this machine's git settings. */
    CommandResult run(String snippet, Map<String, String> variables) {
        return Command.bash(snippet)
                .in(root)
                .without(name -> name.startsWith("GIT_"))
                .with(environment())
                .with(variables)
                .run();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", root.toString());
        environment.put("XDG_CONFIG_HOME", root.toString());
        environment.put("PATH", StandIn.path(root.resolve("bin")));
        environment.put("LC_ALL", "C");
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        environment.put("GIT_TERMINAL_PROMPT", "0");
        environment.put("GIT_TEMPLATE_DIR", "");
        for (String role : List.of("AUTHOR", "COMMITTER")) {
            environment.put("GIT_" + role + "_NAME", "Ada");
            environment.put("GIT_" + role + "_EMAIL", "ada@example.org");
        }
        return environment;
    }

    /** Runs a snippet that has to succeed; its output without the last line's end. */
    String must(String snippet) {
        return run(snippet).orFail().output().stripTrailing();
    }

    /** The shell command that bumps staging, in a clone, by a remote. */
    String bump(String clone, String remote, Image image, String... options) {
        String arguments = "--tag %s --digest %s --commit %s %s"
                .formatted(image.tag(), image.digest(), image.commit(), String.join(" ", options));
        return "cd '%s/%s'; '%s/bump' staging --remote '%s' %s".formatted(root, clone, scripts, remote, arguments);
    }

    /** The shell command that rolls staging back, in a clone, by a remote. */
    String rollback(String clone, String remote) {
        return "cd '%s/%s'; '%s/rollback' staging --remote '%s'".formatted(root, clone, scripts, remote);
    }

    /** The shell commands by which a person changes the newest main and pushes it; their last line is the commit. */
    String person(String change) {
        return """
                cd '%s/person'
                git fetch -q origin
                git checkout -q -B main origin/main
                %s
                git push -q origin main
                git rev-parse HEAD
                """.formatted(root, change);
    }

    /**
     * Makes a clone of one commit without its history: what a workflow checks out.
     *
     * @param commit a commit of the repository
     * @return the clone's name
     */
    String shallowClone(String commit) {
        String name = "shallow" + shallowClones++;
        must("""
                git init -q -b main %1$s
                cd %1$s
                git remote add line "ext::../line %%S"
                git config protocol.ext.allow always
                git fetch -q --depth 1 ../remote.git %2$s
                git checkout -q --detach FETCH_HEAD
                """.formatted(name, commit));
        return name;
    }

    /** Lets a snippet happen between the next bump's fetch and its push. */
    void between(String snippet) {
        write("between", snippet);
    }

    /** How that snippet ended, when it did happen; what did not is taken back. */
    Optional<CommandResult> happened() {
        try {
            Path exitCode = root.resolve("between.code");
            if (Files.deleteIfExists(root.resolve("between")) || !Files.exists(exitCode)) {
                return Optional.empty();
            }
            CommandResult result = new CommandResult(
                    "(between fetch and push)",
                    Integer.parseInt(Repository.read(exitCode).strip()),
                    Repository.read(root.resolve("between.out")),
                    Repository.read(root.resolve("between.err")));
            Files.delete(exitCode);
            return Optional.of(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets as many of the next pushes break off. */
    void refuse(int pushes) {
        write("refuse", pushes + "\n");
    }

    /** The commit that the repository's main is at. */
    String head() {
        return must("git -C remote.git rev-parse main");
    }

    /** The image that main names; nothing without a file. */
    Optional<Image> image() {
        return image("main");
    }

    /**
     * Reads the image that a commit names.
     *
     * @param commit a commit or branch of the repository
     * @return the image; nothing without a file
     * @throws AssertionError when the file is not YAML with these three values and nothing else
     */
    Optional<Image> image(String commit) {
        CommandResult file = run("git -C remote.git cat-file blob " + commit + ":" + FILE);
        if (file.exitCode() != 0) {
            return Optional.empty();
        }
        Map<String, Object> values = Yaml.leaves(Yaml.document(file.output()));
        if (!values.keySet().equals(Set.of("image.tag", "image.digest", "image.commit"))) {
            throw new AssertionError("not an image.yaml:\n" + file.output());
        }
        return Optional.of(new Image((String) values.get("image.tag"), (String) values.get("image.digest"), (String)
                values.get("image.commit")));
    }

    /** Everything of a clone that a bump must leave alone: branch, index, work tree, refs, settings. */
    String stateOf(String clone) {
        return must("""
                cd %s
                cat .git/HEAD .git/config
                git for-each-ref --format='%%(refname) %%(objectname)' refs/heads refs/tags refs/bump
                git stash list
                git ls-files --stage
                git status --porcelain
                """.formatted(clone));
    }

    /** Every commit of main, oldest first. */
    List<String> commits() {
        return new ArrayList<>(must("git -C remote.git rev-list --reverse --topo-order main")
                .lines()
                .toList());
    }

    /** Whether a commit of the repository has two parents. */
    boolean isMerge(String commit) {
        return run("git -C remote.git rev-parse -q --verify " + commit + "^2").exitCode() == 0;
    }

    private void write(String name, String text) {
        try {
            Files.writeString(root.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Copies the scripts with one mistake in them.
     *
     * @param into an empty folder
     * @param right what is in one of the scripts, once
     * @param wrong what stands there instead
     * @return the folder of the copies
     * @throws AssertionError when {@code right} is not there exactly once
     */
    static Path withMistake(Path into, String right, String wrong) throws IOException {
        int found = 0;
        for (Path file :
                Repository.list(SCRIPTS).stream().filter(Files::isRegularFile).toList()) {
            String text = Repository.read(file);
            found += text.split(Pattern.quote(right), -1).length - 1;
            Path copy = Files.writeString(into.resolve(file.getFileName()), text.replace(right, wrong));
            if (!copy.toFile().setExecutable(true)) {
                throw new IOException("cannot make executable: " + copy);
            }
        }
        if (found != 1) {
            throw new AssertionError("found " + found + " times: " + right);
        }
        return into;
    }

    /** The history of main, as a graph. */
    @Override
    public String toString() {
        return run("git -C remote.git log --graph --oneline main").output();
    }
}
