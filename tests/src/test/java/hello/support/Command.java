package hello.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A command to be run. It begins in the repository's top folder, with this process's environment, no input, and half an
 * hour to end; each method changes one of these and gives the command back.
 */
public final class Command {

    private final List<String> words;
    private final Map<String, String> added = new HashMap<>();
    private Predicate<String> left = name -> true;
    private Path folder = Repository.ROOT;
    private String input = "";
    private Duration deadline = Duration.ofMinutes(30);
    private boolean merged;
    private Consumer<String> listener = line -> {};

    private Command(List<String> words) {
        this.words = words;
    }

    /**
     * Names a program and its arguments.
     *
     * @param words the program, found on the PATH when it has no slash, and its arguments, which no shell sees
     * @return the command
     */
    public static Command of(String... words) {
        return new Command(List.of(words));
    }

    /**
     * Names a script of Bash, which ends at the first line that fails.
     *
     * @param script the script itself, not a file
     * @param arguments its {@code $1}, {@code $2} and so on
     * @return the command
     */
    public static Command bash(String script, String... arguments) {
        List<String> words = new ArrayList<>(List.of("bash", "-e", "-c", script, "bash"));
        words.addAll(List.of(arguments));
        return new Command(words);
    }

    /** Sets the working directory. */
    public Command in(Path directory) {
        this.folder = directory;
        return this;
    }

    /** Sets a variable of the environment. */
    public Command with(String name, String value) {
        added.put(name, value);
        return this;
    }

    /** Sets several variables of the environment. */
    public Command with(Map<String, String> variables) {
        added.putAll(variables);
        return this;
    }

    /** Leaves out variables of this process's environment, by their names; {@code name -> true} leaves out all. */
    public Command without(Predicate<String> names) {
        left = left.and(names.negate());
        return this;
    }

    /** Gives text on standard input, as UTF-8. */
    public Command input(String text) {
        this.input = text;
        return this;
    }

    /** Sets how long the command may take; when that is over, it and its children are killed. */
    public Command within(Duration time) {
        this.deadline = time;
        return this;
    }

    /** Puts standard error among the output, in the order in which both were written. */
    public Command mergingErrors() {
        this.merged = true;
        return this;
    }

    /** Has somebody told each line of the output as soon as it is written. */
    public Command tellingLines(Consumer<String> who) {
        this.listener = who;
        return this;
    }

    /**
     * Runs the command and waits for its end.
     *
     * @return how it ended, whatever the exit code is
     * @throws AssertionError with all that was printed, when the deadline passes
     * @throws UncheckedIOException when there is no such program or folder
     */
    public CommandResult run() {
        try {
            return run(start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while this ran: " + this, e);
        }
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).directory(folder.toFile());
        builder.redirectErrorStream(merged);
        builder.environment().keySet().removeIf(left.negate());
        builder.environment().putAll(added);
        return builder.start();
    }

    private CommandResult run(Process process) throws InterruptedException {
        StringBuffer output = new StringBuffer();
        StringBuffer errors = new StringBuffer();
        // Threads of the platform: a read from a pipe can hold up the few that carry virtual threads.
        List<Thread> threads = List.of(
                start(() -> read(process.inputReader(StandardCharsets.UTF_8), output, listener)),
                start(() -> read(process.errorReader(StandardCharsets.UTF_8), errors, line -> {})),
                start(() -> write(process)));
        long end = System.nanoTime() + deadline.toNanos();
        boolean ended = process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS);
        for (Thread thread : threads) { // longer than the process, when a child of it still holds the output open
            ended = ended && thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("not done after " + deadline.toSeconds() + " s: " + this + "\noutput so far:\n"
                    + output + "\nerrors so far:\n" + errors);
        }
        return new CommandResult(toString(), process.exitValue(), output.toString(), errors.toString());
    }

    private static Thread start(Runnable work) {
        return Thread.ofPlatform().daemon().start(work);
    }

    /** Keeps the text exactly; a listener gets it by lines. */
    private static void read(BufferedReader reader, StringBuffer into, Consumer<String> listener) {
        StringBuilder line = new StringBuilder();
        try (reader) {
            for (int next = reader.read(); next >= 0; next = reader.read()) {
                into.append((char) next);
                if (next == '\n') {
                    listener.accept(line.toString());
                    line.setLength(0);
                } else {
                    line.append((char) next);
                }
            }
        } catch (IOException e) {
            into.append("\n(cut off: ").append(e.getMessage()).append(")\n");
        }
        if (!line.isEmpty()) {
            listener.accept(line.toString());
        }
    }

    private void write(Process process) {
        try (Writer writer = process.outputWriter(StandardCharsets.UTF_8)) {
            writer.write(input);
        } catch (IOException e) {
            // The command ended, or closed its input, before it had read all: its own business, as in a pipe of a
            // shell.
            return;
        }
    }

    /** The words, with what a shell would need quoted in quotes, and the folder. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String word : words) {
            boolean plain = word.matches("[\\w./:=@,+-]+");
            text.append(plain ? word : "'" + word.replace("'", "'\\''") + "'").append(' ');
        }
        return text + "(in " + folder + ")";
    }
}
