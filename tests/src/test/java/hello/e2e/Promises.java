package hello.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Keeps the table of promises: a test's display name is the promise, {@link #measured} gives its number, JUnit the verdict.
 * The table is printed when the last test has run, and written to {@code target/e2e.md}. A failure prints what the cluster says.
 */
public final class Promises implements BeforeTestExecutionCallback, TestWatcher {
    private static final List<String> ROWS = new ArrayList<>();
    private static final List<String> NUMBERS = new ArrayList<>();
    private static long begin;

    /**
     * Adds a number to the running test's row.
     *
     * @param number what was measured, with its unit
     */
    public static void measured(String number) {
        NUMBERS.add(number);
        System.out.println("    " + number);
    }

    @Override
    public void beforeTestExecution(ExtensionContext context) {
        NUMBERS.clear();
        begin = System.nanoTime();
        System.out.println("== " + context.getDisplayName());
        // Closed by JUnit after the last test of the whole run: the moment to print the table.
        context.getRoot().getStore(Namespace.GLOBAL).computeIfAbsent("promises", key ->
                (AutoCloseable) Promises::print);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        row(context, "kept");
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        measured(String.valueOf(cause.getMessage()));
        row(context, "not tried");
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        row(context, "**broken**");
        System.out.println(
                "-- " + context.getDisplayName() + " failed: " + cause.getMessage() + "\n-- what the cluster says:");
        Cluster.tell("local/status");
        Cluster.tell("kubectl", "--context", Cluster.CONTEXT, "get", "pods", "-A", "-o", "wide");
        Cluster.tell(
                "kubectl",
                "--context",
                Cluster.CONTEXT,
                "get",
                "events",
                "-A",
                "--sort-by=.lastTimestamp",
                "--field-selector=type=Warning");
    }

    private static void row(ExtensionContext context, String verdict) {
        long seconds = Math.round((System.nanoTime() - begin) / 1e9);
        ROWS.add("| " + context.getDisplayName() + " | " + String.join("; ", NUMBERS) + " | " + verdict + " | "
                + seconds + " s |");
    }

    private static void print() {
        String table = "| promise | measured | verdict | took |\n|---|---|---|---|\n" + String.join("\n", ROWS) + "\n";
        System.out.println("\n" + table);
        try {
            Files.writeString(Path.of("target", "e2e.md"), table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
