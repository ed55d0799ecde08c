package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What Kubernetes does to a pod that goes: SIGTERM, to a process of its own. */
class ShutdownTest {

    /** A slow answer, in this test's process only. */
    @Controller("/slow")
    @Requires(property = "slow")
    static class Slow {

        /**
         * Takes two seconds.
         *
         * @return what was asked for
         * @throws InterruptedException never
         */
        @Get(produces = "*/*")
        @ExecuteOn(TaskExecutors.BLOCKING)
        String slow() throws InterruptedException {
            Thread.sleep(2000);
            return "done";
        }
    }

    /** The service, with the slow answer. */
    static final class Main {

        /**
         * Starts it.
         *
         * @param args settings
         */
        public static void main(String[] args) {
            Micronaut.build(args).banner(false).mainClass(Application.class).start();
        }
    }

    @Test
    void requestsInFlightAreFinished() throws Exception {
        int port = free();
        Path output = Files.createTempFile("shutdown", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "-slow=true")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(free()));
        Process service = builder.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest greeting = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/"))
                    .build();
            for (long begin = System.nanoTime(); ; Thread.sleep(50)) {
                try {
                    client.send(greeting, HttpResponse.BodyHandlers.discarding());
                    break;
                } catch (IOException e) {
                    assertTrue(
                            service.isAlive() && System.nanoTime() - begin < 30_000_000_000L,
                            () -> "it does not start: " + read(output));
                }
            }
            CompletableFuture<HttpResponse<String>> slow = client.sendAsync(
                    HttpRequest.newBuilder(greeting.uri().resolve("/slow")).build(),
                    HttpResponse.BodyHandlers.ofString());
            Thread.sleep(500);
            service.destroy();
            Thread.sleep(500);
            assertThrows(
                    IOException.class,
                    () -> HttpClient.newHttpClient().send(greeting, HttpResponse.BodyHandlers.discarding()),
                    "no new requests are taken");
            HttpResponse<String> answer = slow.get(20, TimeUnit.SECONDS);
            assertEquals(200, answer.statusCode());
            assertEquals("done", answer.body());
            assertTrue(service.waitFor(20, TimeUnit.SECONDS), "it ends");
        } finally {
            service.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
