package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong is answered shortly and in the format that was asked for. */
@MicronautTest(transactional = false)
@Property(name = "failing", value = "true")
class ErrorsTest {

    @Inject
    EmbeddedServer server;

    /** A page that fails, in this test only. */
    @Controller("/failing")
    @Requires(property = "failing")
    static class Failing {

        /**
         * Fails.
         *
         * @return nothing
         */
        @Get(produces = "*/*")
        String fail() {
            throw new IllegalStateException("an internal secret");
        }
    }

    private HttpResponse<String> send(String method, String path, String accept) {
        return Client.send(method, server.getURI().resolve(path), accept);
    }

    @Test
    void unknownPathAsText() {
        HttpResponse<String> answer = send("GET", "/no/such", "*/*");
        assertEquals(404, answer.statusCode());
        assertEquals("text/plain;charset=utf-8", Client.type(answer));
        assertEquals("404 Not Found: there is nothing at /no/such\n", answer.body());
    }

    @Test
    void unknownPathAsJson() {
        HttpResponse<String> answer = send("GET", "/no%22such", "application/json");
        assertEquals(404, answer.statusCode());
        assertEquals("application/json", Client.type(answer));
        assertEquals(
                "{\"status\":404,\"error\":\"Not Found\",\"message\":\"there is nothing at /no%22such\"}",
                answer.body());
    }

    @Test
    void unknownPathAsPage() {
        HttpResponse<String> answer = send("GET", "/'such'", "text/html");
        assertEquals(404, answer.statusCode());
        assertEquals("text/html;charset=utf-8", Client.type(answer));
        assertTrue(
                answer.body().contains("<h1>404 Not Found</h1><p>there is nothing at /&#39;such&#39;</p>"),
                answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void otherMethodsAreNotAllowed(String method) {
        HttpResponse<String> answer = send(method, "/", "application/json");
        assertEquals(405, answer.statusCode());
        assertEquals(
                "{\"status\":405,\"error\":\"Method Not Allowed\",\"message\":\"%s is not possible at /\"}"
                        .formatted(method),
                answer.body());
        assertEquals(
                List.of("GET", "HEAD"),
                List.of(answer.headers().firstValue("Allow").orElse("").split(", ?")).stream()
                        .sorted()
                        .toList());
    }

    @Test
    void failuresRevealNoInternalDetails() {
        HttpResponse<String> answer = send("GET", "/failing", "text/plain");
        assertEquals(500, answer.statusCode());
        assertEquals("500 Internal Server Error: the service failed at this request\n", answer.body());
        assertFalse(send("GET", "/failing", "text/html").body().contains("secret"));
    }
}
