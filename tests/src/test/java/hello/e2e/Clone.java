package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Somebody's clone of this repository, with the commands that they would type. */
record Clone(Path folder) {
    /** Clones this checkout's HEAD into a new folder below {@code parent}, for a person of that name. */
    static Clone of(Path parent, String person) {
        Clone clone = new Clone(parent.resolve(person));
        Cluster.run(
                        parent,
                        "git",
                        "clone",
                        "-q",
                        "-c",
                        "user.name=" + person,
                        "-c",
                        "user.email=" + person.replace(" ", ".") + "@example.org",
                        Cluster.ROOT.toString(),
                        person)
                .orFail();
        clone.git("checkout", "-q", "-B", "main"); // a CI's checkout has no branch
        return clone;
    }

    /**
     * As {@link #of}, and then takes what the cluster's repository has, as people do first of all. They have built
     * before, too: what this checkout has of the image's parts that do not change is theirs.
     */
    static Clone fresh(Path parent, String person) {
        Clone clone = of(parent, person);
        clone.make("status").orFail();
        clone.takeWhatIsBuilt();
        return clone.pull();
    }

    /** The parts of the image that do not change with the code, so that they need not be built again. */
    void takeWhatIsBuilt() {
        Path built = Cluster.ROOT.resolve("service/target");
        if (Files.isDirectory(built.resolve("image"))) {
            String copy = "mkdir service/target && cp -a \"$1\"/{image,libraries.*} service/target/";
            Cluster.run(folder, "bash", "-c", copy, "copy", built.toString()).orFail();
        }
    }

    Clone pull() {
        git("pull", "-q", "--no-edit", "cluster", "main");
        return this;
    }

    String git(String... arguments) {
        return tryGit(arguments).orFail().line();
    }

    CommandResult tryGit(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "git";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Cluster.run(folder, command);
    }

    CommandResult make(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "make";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Cluster.run(folder, command);
    }

    /** Deploys a change of the code and promotes it, until all is well and production answers with its commit. */
    void release(String what) throws IOException {
        String commit = changeCode(what);
        assertThat(make("deploy").orFail().output()).contains("every pod answers with commit");
        make("promote").orFail();
        Cluster.waitUntilAllIsWell();
        assertThat(Cluster.runningCommit("production")).isEqualTo(commit);
    }

    /** Bumps staging in the cluster's repository, as {@code make deploy} does when the image is there. */
    void bump(String tag, String digest, String commit) {
        bump("staging", tag, digest, commit);
    }

    /** As {@link #bump(String, String, String)}, any environment; gives the commit that does it. */
    String bump(String environment, String tag, String digest, String commit) {
        String command = "gitops/bump %s --tag %s --digest %s --commit %s --remote cluster";
        return Cluster.run(
                        folder,
                        command.formatted(environment, tag, digest, commit).split(" "))
                .orFail()
                .output()
                .strip()
                .replaceFirst("(?s).*bumped ", "");
    }

    /** Changes the service's source by a line and commits it; gives the commit. */
    String changeCode(String what) throws IOException {
        return append("service/src/main/resources/application.properties", "# " + what, what);
    }

    /** Changes the code of one class and commits it; gives the commit. */
    String changeClass(String what) throws IOException {
        return append("service/src/main/java/hello/Application.java", "// " + what, what);
    }

    private String append(String file, String line, String why) throws IOException {
        Files.writeString(folder.resolve(file), line + "\n", StandardOpenOption.APPEND);
        git("commit", "-qam", why);
        return git("rev-parse", "HEAD");
    }

    /** What another clone has deployed becomes history of this one, whose files stay as they are. */
    void replaces(Clone other) {
        git("fetch", "-q", other.folder().toString(), "main");
        git("merge", "-q", "-s", "ours", "-m", "Replaces what was deployed before", "FETCH_HEAD");
    }

    /** Writes a file and commits it; gives the commit. */
    String write(String file, String text, String why) throws IOException {
        Files.writeString(folder.resolve(file), text);
        git("add", file);
        git("commit", "-qm", why);
        return git("rev-parse", "HEAD");
    }

    /** Commits another greeting for an environment, to be pushed later; gives the greeting. */
    String greeting(String environment) throws IOException {
        pull();
        String greeting = "Salut " + System.currentTimeMillis() % 1_000_000;
        change(
                "gitops/environments/" + environment + "/values.yaml",
                "(?m)^greeting:\\n(  message: .*\\n)?((?:  .*\\n)*?)(  message: .*\\n)?(?=\\S|\\z)",
                "greeting:\n  message: " + greeting + "\n$2",
                "Another greeting");
        return greeting;
    }

    /** Replaces text in a file and commits it; gives the commit. */
    String change(String file, String from, String to, String why) throws IOException {
        Path path = folder.resolve(file);
        String before = Files.readString(path);
        String after = before.replaceFirst(from, to);
        if (after.equals(before)) {
            throw new IllegalArgumentException("nothing in " + file + " matches " + from);
        }
        Files.writeString(path, after);
        git("commit", "-qam", why);
        return git("rev-parse", "HEAD");
    }
}
