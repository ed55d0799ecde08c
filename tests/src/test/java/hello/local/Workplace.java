package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;

/** A person's machine: a clone of this repository as it stands in the work tree, and programs that stand in for the cluster. */
final class Workplace {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private final Path folder;
    private final Path clone;
    private final Map<String, String> environment = new HashMap<>();

    /**
     * What a command wrote, and how it ended.
     *
     * @param exit the exit code
     * @param output standard output and standard error
     */
    record Result(int exit, String output) {
        Result orFail() {
            assertThat(exit).as(output).isZero();
            return this;
        }
    }

    /**
     * Makes the clone.
     *
     * @param folder an empty folder, for everything that belongs to this machine
     * @param name the clone's name in it
     */
    Workplace(Path folder, String name) {
        this.folder = folder;
        this.clone = folder.resolve(name);
        environment.put("HOME", folder.toString());
        environment.put("PLACE", folder.toString());
        environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        environment.put("GIT_CONFIG_NOSYSTEM", "1");
        // Without the lab, which no script here needs.
        must(folder, """
                mkdir -p bin "$0/local" "$0/service"
                cd "$0"
                find '%1$s/local' -maxdepth 1 -type f -exec cp -p {} local/ \\;
                cp -Rp '%1$s/gitops' '%1$s/argocd' .
                cp -p '%1$s/service/jdk' service/
                git init -q -b main
                git config user.name Ada
                git config user.email ada@example.org
                git add .
                git commit -q -m 'The beginning'
                """.formatted(ROOT), clone.toString());
    }

    /** Puts a program in front of all others of that name. */
    void standIn(String program, String script) {
        try {
            Path file = folder.resolve("bin").resolve(program);
            Files.writeString(file, "#!/usr/bin/env bash\n" + script);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script of Bash in the clone; its first argument is {@code $0}. */
    Result run(String script, String... arguments) {
        return run(clone, script, arguments);
    }

    /** As {@link #run(String, String...)}, and it has to end well; gives what it wrote. */
    String must(String script, String... arguments) {
        return must(clone, script, arguments);
    }

    /** As {@link #must(String, String...)}, in another folder. */
    String must(Path where, String script, String... arguments) {
        return run(where, "set -e\n" + script, arguments).orFail().output().strip();
    }

    /** As {@link #run(String, String...)}, in another folder. */
    Result run(Path where, String script, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "bash";
        command[1] = "-c";
        command[2] = script;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("GIT_") || name.startsWith("MAKE"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is in a file of this machine, nothing if it is not there. */
    String read(String file) {
        try {
            Path path = folder.resolve(file);
            return Files.exists(path) ? Files.readString(path) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
