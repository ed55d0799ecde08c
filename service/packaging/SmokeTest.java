import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Starts the service from the image's layers, as it will be in the image, and sends it requests. */
final class SmokeTest {

    /**
     * A request, and the status that answers it.
     *
     * @param onManagementPort whether it goes to the management port instead of the application port
     */
    private record Check(boolean onManagementPort, String path, String accept, int status) {}

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private static final List<Check> CHECKS = List.of(
            new Check(false, "/", "*/*", 200),
            new Check(false, "/", "application/json", 200),
            new Check(false, "/", "text/html", 200),
            new Check(false, "/", "image/png", 406),
            new Check(false, "/none", "*/*", 404),
            new Check(false, "/none", "application/json", 404),
            new Check(false, "/none", "text/html", 404),
            new Check(true, "/health/liveness", "*/*", 200),
            new Check(true, "/health/readiness", "*/*", 200),
            new Check(true, "/info", "*/*", 200),
            new Check(true, "/prometheus", "*/*", 200));

    private final Layout layout;
    private final Path java;
    private final Path root;
    private final Path output;

    /**
     * Describes the test.
     *
     * @param layout the layers
     * @param java the home of the Java runtime to start them with
     */
    SmokeTest(Layout layout, Path java) {
        this.layout = layout;
        this.java = java;
        this.root = layout.out().resolve("root");
        this.output = layout.out().resolve("check.log");
    }

    /**
     * Runs the test; with an archive nearly every class must come out of it. With -Xshare:on the JVM does not start
     * without the archive; the image itself leaves that out, so that there a broken archive only makes the start
     * slower.
     *
     * @param archived whether there is an archive of classes
     * @throws BuildException when something is not answered as it has to be
     */
    void check(boolean archived) throws IOException, InterruptedException, BuildException {
        Path log = layout.out().resolve("classes.log");
        serve(archived ? List.of("-Xshare:on", "-Xlog:class+load:file=" + log) : List.of());
        if (archived) {
            requireArchiveUsed(log);
        }
    }

    private static void requireArchiveUsed(Path log) throws IOException, BuildException {
        List<String> loaded = Files.readAllLines(log);
        long shared = loaded.stream()
                .filter(line -> line.contains("source: shared objects file"))
                .count();
        System.out.printf(Locale.ROOT, "image: %d of %d classes come from the archive%n", shared, loaded.size());
        if (shared < loaded.size() * 0.9) {
            throw new BuildException("the archive of classes is hardly used: see " + log
                    + "; after a change of libraries renew the list with `service/image --classes`");
        }
    }

    /** Starts the service from a folder that looks like the image, with more flags, sends it requests and ends it. */
    void serve(List<String> moreFlags) throws IOException, InterruptedException, BuildException {
        try {
            copyLayers();
            int port;
            int managementPort;
            try (ServerSocket one = new ServerSocket(0);
                    ServerSocket two = new ServerSocket(0)) {
                port = one.getLocalPort();
                managementPort = two.getLocalPort();
            }
            Process process = start(moreFlags, port, managementPort);
            try {
                String failure = send(process, port, managementPort);
                process.destroy();
                if (failure == null && !process.waitFor(20, TimeUnit.SECONDS)) {
                    failure = "it did not end within 20 s";
                }
                if (failure != null) {
                    throw failed(failure);
                }
            } finally {
                process.destroyForcibly();
            }
        } finally {
            FileUtils.delete(root);
        }
    }

    private BuildException failed(String failure) throws IOException {
        String written = Files.readString(output);
        return new BuildException(
                JavaRuntime.missingModule(written).orElse("the image would not work: " + failure + "\n" + written));
    }

    private void copyLayers() throws IOException {
        FileUtils.delete(root);
        Path application = Files.createDirectories(root.resolve("application"));
        for (Path layer : List.of(layout.libraries(), layout.archive(), layout.application())) {
            for (Path file : FileUtils.list(layer)) {
                FileUtils.copy(file, application);
            }
        }
        List<String> arguments = Files.readAllLines(layout.application().resolve("java.args"));
        Files.write(
                root.resolve("java.args"),
                arguments.stream().map(line -> moved(line, application)).toList());
    }

    /** In quotes, as a blank in the folder's name would end the argument. */
    private static String moved(String line, Path application) {
        return line.contains("/opt/service/") ? '"' + line.replace("/opt/service/", application + "/") + '"' : line;
    }

    private Process start(List<String> moreFlags, int port, int managementPort) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(java.resolve("bin/java").toString(), "@" + root.resolve("java.args")));
        command.addAll(moreFlags);
        command.add(System.getProperty("image.main.class"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(managementPort));
        return builder.start();
    }

    /**
     * Sends every request three times, as some classes are loaded later than at the first. Returns what went wrong, or
     * null.
     */
    private static String send(Process process, int port, int managementPort) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        String failure = awaitStart(process, client, managementPort);
        for (int round = 0; round < 3 && failure == null; round++) {
            for (Check check : CHECKS) {
                HttpRequest request =
                        request(check.onManagementPort() ? managementPort : port, check.path(), check.accept());
                int status = status(client, request);
                if (status != check.status()) {
                    return "%s (%s) was answered with %d".formatted(request.uri(), check.accept(), status);
                }
            }
        }
        return failure;
    }

    private static String awaitStart(Process process, HttpClient client, int managementPort)
            throws InterruptedException {
        HttpRequest readiness = request(managementPort, "/health/readiness", "*/*");
        for (long begin = System.nanoTime(); System.nanoTime() - begin < START.toNanos(); Thread.sleep(100)) {
            try {
                status(client, readiness);
                return null;
            } catch (ConnectException e) { // not yet, or never
                if (!process.isAlive()) {
                    return "it ended with code " + process.exitValue();
                }
            } catch (IOException e) {
                return "it took a connection and did not answer: " + e;
            }
        }
        return "it did not answer within " + START.toSeconds() + " s";
    }

    private static int status(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static HttpRequest request(int port, String path, String accept) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(ANSWER)
                .header("Accept", accept)
                .build();
    }
}
