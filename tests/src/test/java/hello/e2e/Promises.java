package hello.e2e;

import hello.support.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Reports the promises: a test's display name is the promise, {@link #measured} gives its number, JUnit the verdict.
 * When the last test has run, the table is printed and written to {@code target/e2e.md}; a whole run that kept all
 * promises also goes into docs/promises.md and README. A failure prints what the cluster says.
 */
public final class Promises implements BeforeTestExecutionCallback, TestWatcher {

    private static final Path DOCUMENT = Repository.path("docs/promises.md");
    private static final Path README = Repository.path("README.md");
    private static final Pattern TESTED_VERSION = Pattern.compile("(?m)^kubectl = \"([0-9.]+)\"");

    private static final List<Row> ROWS = new ArrayList<>();
    private static final List<String> NUMBERS = new ArrayList<>();
    private static long begin;

    /** Of the cluster, when the run began: {@link KubernetesUpgradeIT} leaves another one. */
    private static String version = "";

    /** What became of a promise. */
    enum Verdict {
        KEPT("kept"),
        BROKEN("**broken**"),
        NOT_TRIED("not tried");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }
    }

    /**
     * What a test found.
     *
     * @param promise the promise's text
     * @param measured its numbers
     * @param verdict what became of it
     * @param seconds how long the test took
     */
    record Row(String promise, String measured, Verdict verdict, long seconds) {

        @Override
        public String toString() {
            return "| " + promise + " | " + measured + " | " + verdict.text + " | " + seconds + " s |";
        }
    }

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
        version = version.isEmpty() ? Cluster.version() : version;
        begin = System.nanoTime();
        System.out.println("== " + context.getDisplayName());
        // JUnit closes this after the last test of the whole run, which is when the table is complete.
        context.getRoot().getStore(Namespace.GLOBAL).computeIfAbsent("promises", key ->
                (AutoCloseable) Promises::report);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        addRow(context, Verdict.KEPT);
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        measured(String.valueOf(cause.getMessage()));
        addRow(context, Verdict.NOT_TRIED);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        addRow(context, Verdict.BROKEN);
        System.out.println(
                "-- " + context.getDisplayName() + " failed: " + cause.getMessage() + "\n-- what the cluster says:");
        Cluster.print("local/status");
        Cluster.print("kubectl", "--context", Cluster.CONTEXT, "get", "pods", "-A", "-o", "wide");
        Cluster.print(
                "kubectl",
                "--context",
                Cluster.CONTEXT,
                "get",
                "events",
                "-A",
                "--sort-by=.lastTimestamp",
                "--field-selector=type=Warning");
    }

    private static void addRow(ExtensionContext context, Verdict verdict) {
        long seconds = Math.round((System.nanoTime() - begin) / 1e9);
        ROWS.add(new Row(context.getDisplayName(), String.join("; ", NUMBERS), verdict, seconds));
    }

    private static void report() {
        String table = ROWS.stream()
                .map(Row::toString)
                .collect(
                        Collectors.joining("\n", "| promise | measured | verdict | took |\n|---|---|---|---|\n", "\n"));
        System.out.println("\n" + table);
        write(Repository.path("tests/target/e2e.md"), table);
        Optional<String> reason = reasonNotToWrite(Promise.all(), ROWS);
        if (reason.isPresent()) {
            System.out.println("docs/promises.md stays as it is: " + reason.get());
        } else {
            writeDocuments();
        }
    }

    /**
     * Decides whether a run may be written into the documents.
     *
     * @param promises all promises
     * @param rows what the run found
     * @return why not: it was a part of the promises, where those of a nightly class are a run of their own, or one was
     *     broken; nothing when it may
     */
    static Optional<String> reasonNotToWrite(List<Promise> promises, List<Row> rows) {
        List<String> run = rows.stream().map(Row::promise).toList();
        List<Promise> tried = promises.stream()
                .filter(promise -> run.contains(promise.text()))
                .toList();
        if (SoakIT.MINUTES < 60 && tried.stream().anyMatch(promise -> promise.isOf(SoakIT.class))) {
            return Optional.of("a soak of an hour writes it, and this one had " + SoakIT.MINUTES + " minutes");
        }
        List<Promise> whole =
                promises.stream().filter(promise -> belongsTo(tried, promise)).toList();
        long broken =
                rows.stream().filter(row -> row.verdict() == Verdict.BROKEN).count();
        if (!tried.containsAll(whole)) {
            return Optional.of(
                    "a run of all promises writes it, and this one had " + run.size() + " of " + whole.size());
        }
        return broken > 0 ? Optional.of("broken promises: " + broken) : Optional.empty();
    }

    /** Whether a run that tried these has to have tried this one, too. */
    private static boolean belongsTo(List<Promise> tried, Promise promise) {
        return tried.stream().allMatch(Promise::nightly)
                ? tried.stream().anyMatch(other -> other.type().equals(promise.type()))
                : !promise.nightly();
    }

    private static void writeDocuments() {
        Map<String, String> kept = ROWS.stream()
                .filter(row -> row.verdict() == Verdict.KEPT)
                .collect(Collectors.toMap(Row::promise, Row::measured));
        String document = Repository.read(DOCUMENT);
        PromiseTable table = PromiseTable.parse(document).with(version, kept);
        write(DOCUMENT, table.into(document, Promise.all()));
        boolean tested = TESTED_VERSION
                .matcher(Repository.read("mise.toml"))
                .results()
                .anyMatch(match -> match.group(1).equals(version));
        if (tested) {
            write(README, table.intoReadme(Repository.read(README), version));
        }
        System.out.println("docs/promises.md has the numbers of Kubernetes " + version + ": commit it.");
    }

    /** Replaces a file at once, so that it is never half a file. */
    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
