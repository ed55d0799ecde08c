package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.exceptions.HttpStatusException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Log lines are JSON whatever is in them. */
class JsonLogTest {

    @Test
    void oneObjectALine() {
        assertEquals("""
                {"time":"2026-01-02T03:04:05.678Z","level":"WARN","logger":"a.B","message":"say \\"é\\"\\n\\tC:\\\\x\\u0007\\u009b31m\\u007f"}
                """, line(null));
    }

    @Test
    void errorsHaveTheirTrace() {
        String line = line(new IllegalStateException("broken \"thing\""));
        assertTrue(
                line.contains(
                        "\"error\":\"java.lang.IllegalStateException: broken \\\"thing\\\"\\n\\tat hello.JsonLogTest"),
                line);
        assertEquals(line.length() - 1, line.indexOf('\n'));
    }

    @Test
    void badRequestsHaveNoTrace() {
        String line = line(new HttpStatusException(HttpStatus.BAD_REQUEST, "malformed"));
        assertTrue(
                line.endsWith(",\"error\":\"io.micronaut.http.exceptions.HttpStatusException: malformed\"}\n"), line);
    }

    private static String line(Throwable error) {
        LoggerContext context = new LoggerContext();
        LoggingEvent event = new LoggingEvent(
                "",
                context.getLogger("a.B"),
                Level.WARN,
                "say \"{}\"\n\tC:\\x\u0007\u009b31m\u007f",
                error,
                new Object[] {"é"});
        event.setInstant(Instant.parse("2026-01-02T03:04:05.678901Z"));
        JsonLog encoder = new JsonLog();
        encoder.start();
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
