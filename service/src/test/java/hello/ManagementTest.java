package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Health, information and metrics: on their own port, and only there. */
@MicronautTest(transactional = false)
class ManagementTest {

    @Inject
    EmbeddedServer server;

    private HttpResponse<String> management(String path) {
        return Client.send("GET", Client.management(server, path), null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/liveness", "/health/readiness"})
    void healthIsUp(String path) {
        assertEquals(200, management(path).statusCode());
        assertEquals("{\"status\":\"UP\"}", management(path).body());
    }

    @Test
    void informationHasTheCommit() {
        HttpResponse<String> answer = management("/info");
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().contains(Client.build("git.commit.id")), answer.body());
    }

    @Test
    void metricsCountRequests() {
        Client.send("GET", server.getURI().resolve("/"), null);
        HttpResponse<String> answer = management("/prometheus");
        assertEquals(200, answer.statusCode());
        assertTrue(
                answer.body().matches("(?s).*http_server_requests_seconds_count\\{[^}]*uri=\"root\"[^}]*\\} [1-9].*"),
                answer.body());
        assertTrue(answer.body().contains("jvm_memory_used_bytes"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/liveness", "/health/readiness", "/info", "/prometheus", "/metrics"})
    void applicationPortHasNoneOfThem(String path) {
        assertEquals(
                404, Client.send("GET", server.getURI().resolve(path), null).statusCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/beans", "/env", "/loggers", "/metrics", "/refresh", "/routes", "/stop", "/threaddump"})
    void managementPortHasNothingElse(String path) {
        assertEquals(404, management(path).statusCode());
        assertEquals(
                404, Client.send("POST", Client.management(server, path), null).statusCode());
    }
}
