package hello.bump;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A bare repository, the clone of a person and the clone of a workflow, with real bash and git, on a folder of their own.
 * The workflow's clone reaches the repository by a line on which a test can let things happen between a bump's fetch and its push.
 */
final class World {

    /** Where image.yaml is, inside the repository. */
    static final String FILE = "gitops/environments/staging/image.yaml";

    private final Path root;
    private final Path scripts;
    private int shallow;

    /** What a command said: its exit code, its output without the last line's end, and its errors. */
    record Said(int code, String out, String err) {

        /** The last word: the commit that was made. */
        String made() {
            return out.substring(Math.max(out.lastIndexOf('\n'), out.lastIndexOf(' ')) + 1);
        }

        /** The first word of the last line: {@code bumped}, {@code unchanged} or {@code reverted}; the first two for {@code unchanged}. */
        String outcome() {
            if (code != 0) {
                return "failed";
            }
            String last = out.substring(out.lastIndexOf('\n') + 1);
            String[] words = last.split("[ :]+");
            return words[0].equals("unchanged") ? words[0] + " " + words[1] : words[0];
        }
    }

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

    /**
     * Makes the repository with one commit, and both clones.
     *
     * @param root an empty folder
     * @param scripts the folder that holds bump, rollback and what they share
     */
    World(Path root, Path scripts) {
        this.root = root;
        this.scripts = scripts;
        make();
    }

    private World(Path root, Path scripts, World like) {
        this.root = root;
        this.scripts = scripts;
        like.must("cp -R line bin remote.git person workflow '" + root + "'");
    }

    /** A world of its own that begins as this one is: quicker than making it. */
    World copy(Path into, Path others) {
        return new World(into, others, this);
    }

    private void make() {
        write("line", """
                #!/bin/sh
                # $1: git-upload-pack or git-receive-pack. Before a push, what the test left in `between` happens, once; then `refuse` pushes break off.
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
                """);
        // no jitter: what is between two tries is the schedule's business
        write("bin/sleep", "#!/bin/sh\n");
        root.resolve("line").toFile().setExecutable(true);
        root.resolve("bin/sleep").toFile().setExecutable(true);
        must("""
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
                """);
    }

    /** Runs a snippet of bash in the world's folder. */
    Said run(String snippet) {
        return run(root, snippet, Map.of());
    }

    /** Runs a snippet that has to succeed. */
    String must(String snippet) {
        Said said = run(snippet);
        if (said.code() != 0) {
            throw new AssertionError(snippet + "\n" + said);
        }
        return said.out();
    }

    /** Runs a snippet of bash in a folder with more variables; nothing of the machine's own git settings is seen. */
    Said run(Path folder, String snippet, Map<String, String> more) {
        try {
            Path out = Files.createTempFile(root, "out", "");
            Path err = Files.createTempFile(root, "err", "");
            var builder = new ProcessBuilder("bash", "-e", "-c", snippet)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            Map<String, String> environment = builder.environment();
            environment.keySet().removeIf(name -> name.startsWith("GIT_"));
            environment.putAll(Map.of(
                    "HOME",
                    root.toString(),
                    "GIT_CONFIG_NOSYSTEM",
                    "1",
                    "LC_ALL",
                    "C",
                    "GIT_TERMINAL_PROMPT",
                    "0",
                    "GIT_TEMPLATE_DIR",
                    "",
                    "XDG_CONFIG_HOME",
                    root.toString(),
                    "PATH",
                    root.resolve("bin") + ":" + System.getenv("PATH")));
            environment.putAll(Map.of(
                    "GIT_AUTHOR_NAME",
                    "Ada",
                    "GIT_AUTHOR_EMAIL",
                    "ada@example.org",
                    "GIT_COMMITTER_NAME",
                    "Ada",
                    "GIT_COMMITTER_EMAIL",
                    "ada@example.org"));
            environment.putAll(more);
            int code = builder.start().waitFor();
            Said said = new Said(
                    code,
                    Files.readString(out).stripTrailing(),
                    Files.readString(err).stripTrailing());
            Files.delete(out);
            Files.delete(err);
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The shell command that bumps staging, in a clone, by a remote. */
    String bump(String clone, String remote, Image image, String... more) {
        return "cd '%s/%s'; '%s/bump' staging --remote '%s' --tag %s --digest %s --commit %s %s"
                .formatted(
                        root,
                        clone,
                        scripts,
                        remote,
                        image.tag(),
                        image.digest(),
                        image.commit(),
                        String.join(" ", more));
    }

    /** The shell command that rolls staging back, in a clone, by a remote. */
    String rollback(String clone, String remote) {
        return "cd '%s/%s'; '%s/rollback' staging --remote '%s'".formatted(root, clone, scripts, remote);
    }

    /** The shell commands by which a person changes the newest main and pushes it. */
    String person(String change) {
        return "cd '%s/person'; git fetch -q origin; git checkout -q -B main origin/main; %s; git push -q origin main; git rev-parse HEAD"
                .formatted(root, change);
    }

    /** A clone that has one commit and no history: what a workflow checks out. Its name. */
    String shallow(String commit) {
        String name = "shallow" + shallow++;
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

    /** Whether what was left for between did happen, and what it said. What did not is taken back. */
    Optional<Said> happened() {
        try {
            if (Files.deleteIfExists(root.resolve("between")) || !Files.exists(root.resolve("between.code"))) {
                return Optional.empty();
            }
            var said = new Said(Integer.parseInt(read("between.code")), read("between.out"), read("between.err"));
            Files.delete(root.resolve("between.code"));
            return Optional.of(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the next pushes break off. */
    void refuse(int pushes) {
        write("refuse", pushes + "\n");
    }

    /** The commit that main of the repository is at. */
    String head() {
        return must("git -C remote.git rev-parse main");
    }

    /** The image that main names; nothing without a file. The file must be YAML with these three values and nothing else. */
    Optional<Image> image() {
        return image("main");
    }

    /** The image that a commit names. */
    Optional<Image> image(String commit) {
        Said file = run("git -C remote.git cat-file blob " + commit + ":" + FILE);
        if (file.code() != 0) {
            return Optional.empty();
        }
        Map<String, Map<String, String>> yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(file.out());
        if (!yaml.keySet().equals(Set.of("image"))
                || !yaml.get("image").keySet().equals(Set.of("tag", "digest", "commit"))) {
            throw new AssertionError("not an image.yaml:\n" + file.out());
        }
        Map<String, String> values = yaml.get("image");
        return Optional.of(new Image(values.get("tag"), values.get("digest"), values.get("commit")));
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

    /** The folder. */
    Path root() {
        return root;
    }

    private void write(String name, String text) {
        try {
            Files.createDirectories(root.resolve(name).getParent());
            Files.writeString(root.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String name) throws IOException {
        return Files.readString(root.resolve(name)).stripTrailing();
    }

    /** The repository's own folder gitops, found from here upwards. */
    static Path gitops() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("gitops/bump"))) {
            folder = folder.getParent();
        }
        return folder.resolve("gitops");
    }

    /**
     * A copy of the scripts with one mistake in it.
     *
     * @param into an empty folder
     * @param right what is in a script, once
     * @param wrong what stands there instead
     * @return the folder of the copies
     */
    static Path withMistake(Path into, String right, String wrong) throws IOException {
        int found = 0;
        try (Stream<Path> files = Files.list(gitops())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file);
                found += text.split(Pattern.quote(right), -1).length - 1;
                Path copy = Files.writeString(into.resolve(file.getFileName()), text.replace(right, wrong));
                copy.toFile().setExecutable(true);
            }
        }
        if (found != 1) {
            throw new AssertionError("found " + found + " times: " + right);
        }
        return into;
    }

    @Override
    public String toString() {
        return run("git -C remote.git log --graph --oneline main").out();
    }
}
