package hello;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What no well-behaved client does, over real sockets, with limits so short that a test takes seconds. */
@MicronautTest(transactional = false)
@Property(name = "service.connections.maximum", value = "5")
@Property(name = "service.connections.header-timeout", value = "1s")
@Property(name = "service.connections.request-timeout", value = "2s")
@Property(name = "micronaut.server.idle-timeout", value = "4s")
class ConnectionsTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Inject
    EmbeddedServer server;

    /** One connection to the service. */
    private static final class Connection implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader in;

        Connection(URI address) throws IOException {
            socket = new Socket(address.getHost(), address.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Reads one answer: its status, or 0 when the service closed the connection instead. */
        int answer() throws IOException {
            try {
                String line = in.readLine();
                if (line == null) {
                    return 0;
                }
                int length = 0;
                for (String header = in.readLine(); header != null && !header.isEmpty(); header = in.readLine()) {
                    if (header.toLowerCase().startsWith("content-length: ")) {
                        length = Integer.parseInt(header.substring("content-length: ".length()));
                    }
                }
                // The lengths are of bytes and this counts characters; the answers that are read here are ASCII.
                assertEquals(length, in.skip(length));
                return Integer.parseInt(line.split(" ")[1]);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                return 0; // reset instead of closed
            }
        }

        /** Sends a byte each tenth of a second until the service closes the connection: after how many seconds. */
        double trickle() throws Exception {
            long begin = System.nanoTime();
            socket.setSoTimeout(100);
            while (seconds(begin) < 8) {
                try {
                    send("a");
                    if (in.read() < 0) {
                        break;
                    }
                } catch (SocketTimeoutException e) {
                    continue; // it is still open, and says nothing
                } catch (IOException e) {
                    break; // reset instead of closed
                }
            }
            return seconds(begin);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private Connection connect() throws IOException {
        return new Connection(server.getURI());
    }

    @Test
    void headerThatTricklesIsCutOff() throws Exception {
        try (Connection connection = connect()) {
            connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
            double after = connection.trickle();
            assertTrue(after > 0.5 && after < 3, "closed after " + after + " s");
        }
    }

    @Test
    void bodyThatTricklesIsCutOff() throws Exception {
        try (Connection connection = connect()) {
            connection.send("POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n");
            double after = connection.trickle();
            assertTrue(after > 1.5 && after < 4, "closed after " + after + " s");
        }
    }

    @Test
    void idleConnectionIsClosed() throws Exception {
        try (Connection connection = connect()) {
            connection.send(GET);
            assertEquals(200, connection.answer());
            long begin = System.nanoTime();
            assertEquals(0, connection.answer());
            double after = seconds(begin);
            assertTrue(after > 3 && after < 7, "closed after " + after + " s");
        }
    }

    @Test
    void slowClientIsServedAndItsConnectionKept() throws Exception {
        try (Connection connection = connect()) {
            for (int request = 0; request < 2; request++) {
                for (String part : GET.split("(?<=\r\n)")) {
                    Thread.sleep(200);
                    connection.send(part);
                }
                assertEquals(200, connection.answer());
                Thread.sleep(2500); // longer than a header or a request may take, shorter than a connection may be idle
            }
            connection.send(GET);
            assertEquals(200, connection.answer());
        }
    }

    @Test
    void connectionsAreCappedForEachPort() throws Exception {
        List<Connection> open = new ArrayList<>();
        ListAppender<ILoggingEvent> log = listening();
        try {
            for (int i = 0; i < 5; i++) {
                Connection connection = connect();
                open.add(connection);
                connection.send(GET);
                assertEquals(200, connection.answer());
            }
            try (Connection oneMore = connect()) {
                oneMore.send(GET);
                assertEquals(0, oneMore.answer());
            }
            String said = log.list.stream()
                    .map(ILoggingEvent::getFormattedMessage)
                    .filter(message -> message.contains(" connections are open on "))
                    .findFirst()
                    .orElseThrow();
            assertTrue(said.startsWith("5 "), said);
            assertTrue(said.contains(":" + server.getPort() + ", the maximum"), said);
            try (Connection probe = new Connection(Client.management(server, "/"))) {
                probe.send("GET /health/liveness HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals(200, probe.answer());
            }
            open.removeFirst().close();
            Thread.sleep(200);
            try (Connection inItsPlace = connect()) {
                inItsPlace.send(GET);
                assertEquals(200, inItsPlace.answer());
            }
        } finally {
            log.stop();
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    @Test
    void oversizedRequestsAreRefused() throws Exception {
        assertEquals(413, refused("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "a".repeat(8200) + "\r\n\r\n"));
        assertEquals(413, refused("GET /" + "a".repeat(4100) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    @Test
    void requestNamesOneHost() throws Exception {
        assertEquals(400, refused("GET / HTTP/1.1\r\n\r\n"));
        assertEquals(400, refused("GET / HTTP/1.1\r\nHost: one\r\nHost: two\r\n\r\n"));
        assertEquals(200, refused("GET / HTTP/1.0\r\n\r\n"), "HTTP/1.0 has no Host");
    }

    private int refused(String request) throws IOException {
        try (Connection connection = connect()) {
            connection.send(request);
            return connection.answer();
        }
    }

    @Test
    void malformedChunkIsLoggedWithoutTrace() throws Exception {
        ListAppender<ILoggingEvent> log = listening();
        try {
            refused("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n");
            Thread.sleep(300);
        } finally {
            log.stop();
        }
        JsonLog encoder = new JsonLog();
        encoder.start();
        String line = new String(encoder.encode(log.list.getFirst()), StandardCharsets.UTF_8);
        assertTrue(line.contains("Malformed request body"), line);
        assertFalse(line.contains("\\tat "), line);
    }

    /** What the service logs from now on, until that is stopped. */
    private static ListAppender<ILoggingEvent> listening() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(log);
        return log;
    }
}
