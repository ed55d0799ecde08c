import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Starts what was laid out, as it will be in the image, and asks it. */
final class Trial {

    private final Layout layout;

    Trial(Layout layout) {
        this.layout = layout;
    }

    /**
     * Starts what was laid out, as it will be in the image, and asks it: everything must be answered, and with the archive nearly every
     * class must come out of it. With -Xshare:on the JVM does not start without the archive; the image itself leaves that out,
     * so that there a broken archive only makes the start slower.
     */
    void check(boolean archived) throws Exception {
        Path log = layout.out().resolve("classes.log");
        serve(archived ? List.of("-Xshare:on", "-Xlog:class+load:file=" + log) : List.of());
        if (archived) {
            long shared = 0;
            long all = 0;
            for (String line : Files.readAllLines(log)) {
                all++;
                shared += line.contains("source: shared objects file") ? 1 : 0;
            }
            System.out.printf(Locale.ROOT, "image: %d of %d classes come from the archive%n", shared, all);
            if (shared < all * 0.9) {
                throw new Refused("the archive of classes is hardly used: see " + log
                        + "; after a change of libraries renew the list with `service/image --classes`");
            }
        }
    }

    /** Starts the service out of a folder that looks like the image, sends it every kind of request and ends it. */
    void serve(List<String> more) throws Exception {
        Path root = layout.out().resolve("root");
        Disk.delete(root);
        Path hello = Files.createDirectories(root.resolve("hello"));
        for (Path layer : List.of(layout.libraries(), layout.archive(), layout.application())) {
            for (Path file : Disk.list(layer)) {
                Path there = hello.resolve(file.getFileName());
                Files.copy(file, there);
                Files.setLastModifiedTime(there, Layout.TIME); // as jib does
            }
        }
        Path arguments = root.resolve("java.args");
        Files.writeString(
                arguments,
                Files.readString(layout.application().resolve("java.args")).replace("/opt/hello/", hello + "/"));
        int port;
        int management;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            management = two.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(List.of(layout.runtime().resolve("bin/java").toString(), "@" + arguments));
        command.addAll(more);
        command.add("hello.Application");
        Path output = layout.out().resolve("check.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(management));
        Process process = builder.start();
        try {
            String failure = ask(process, port, management);
            process.destroy();
            if (failure == null && !process.waitFor(20, TimeUnit.SECONDS)) {
                failure = "it did not end within 20 s";
            }
            if (failure != null) {
                throw new Refused(
                        "what would be the image does not work: " + failure + "\n" + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
            Disk.delete(root);
        }
    }

    /** Sends requests. Returns what went wrong, or null. */
    private static String ask(Process process, int port, int management) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int attempt = 0; ; attempt++) {
            try {
                client.send(request(management, "/health/readiness", "*/*"), HttpResponse.BodyHandlers.discarding());
                break;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    return "it ended with code " + process.exitValue();
                }
                if (attempt > 600) {
                    return "it did not answer within a minute";
                }
                Thread.sleep(100);
            }
        }
        for (int round = 0; round < 3; round++) {
            for (String[] ask : new String[][] {
                {"/", "*/*", "200"},
                {"/", "application/json", "200"},
                {"/", "text/html", "200"},
                {"/", "image/png", "406"},
                {"/none", "*/*", "404"},
                {"/none", "application/json", "404"},
                {"/none", "text/html", "404"},
                {"management", "/health/liveness", "200"},
                {"management", "/health/readiness", "200"},
                {"management", "/info", "200"},
                {"management", "/prometheus", "200"}
            }) {
                HttpRequest request = ask[0].equals("management")
                        ? request(management, ask[1], "*/*")
                        : request(port, ask[0], ask[1]);
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status != Integer.parseInt(ask[2])) {
                    return "%s (%s) was answered with %d".formatted(request.uri(), ask[1], status);
                }
            }
        }
        return null;
    }

    private static HttpRequest request(int port, String path, String accept) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", accept)
                .build();
    }
}
