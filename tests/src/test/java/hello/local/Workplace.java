package hello.local;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A person's machine: a clone of this repository as it stands in the work tree, and programs that stand in for the
 * cluster. Its scripts find the machine's folder as {@code $PLACE}, and GitHub in the folder {@code github} there.
 */
final class Workplace {

    private final Path folder;
    private final Path clone;

    /**
     * Makes the clone.
     *
     * @param folder an empty folder, for everything that belongs to this machine
     * @param name the clone's name in it
     */
    Workplace(Path folder, String name) {
        this.folder = folder;
        this.clone = folder.resolve(name);
        must(folder, """
                mkdir "$1"
                cd "$1"
                cp -Rp "$2/local" "$2/gitops" "$2/argocd" .
                mkdir service
                cp -p "$2/pom.xml" "$2/mise.toml" .
                cp -p "$2/service/jdk" service/
                git config --global "url.file://$HOME/github/.insteadOf" https://github.com/
                git init -q -b main
                git config user.name Ada
                git config user.email ada@example.org
                git add .
                git commit -q -m 'The beginning'
                """, name, Repository.ROOT.toString());
    }

    /** Puts a program in front of all others of that name. */
    StandIn standIn(String program, String script) {
        return StandIn.of(folder.resolve("bin"), program, script);
    }

    /** Runs a script of Bash in the clone; standard error is among the output. */
    CommandResult run(String script, String... arguments) {
        return run(clone, script, arguments);
    }

    /** As {@link #run(String, String...)}, and it has to end well; gives what it wrote. */
    String must(String script, String... arguments) {
        return must(clone, script, arguments);
    }

    /** As {@link #must(String, String...)}, in another folder. */
    String must(Path where, String script, String... arguments) {
        return run(where, script, arguments).orFail().output().strip();
    }

    private CommandResult run(Path where, String script, String... arguments) {
        return Command.bash(script, arguments)
                .in(where)
                .without(variable -> variable.startsWith("GIT_") || variable.startsWith("MAKE"))
                .with("HOME", folder.toString())
                .with("PLACE", folder.toString())
                .with("PATH", StandIn.path(folder.resolve("bin")))
                .with("GIT_CONFIG_NOSYSTEM", "1")
                .mergingErrors()
                .run();
    }

    /** What is in a file of this machine, nothing if it is not there. */
    String read(String file) {
        Path path = folder.resolve(file);
        return Files.exists(path) ? Repository.read(path) : "";
    }

    /** Writes a file of this machine. */
    void write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
