package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Promises.measured;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Yaml;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Clients that break HTTP's rules or waste the server's time, at the ingress, as anybody in front of it can. */
@ClusterTest
class BadClientsIT {
    private static final InetSocketAddress INGRESS = new InetSocketAddress(Cluster.IP, 80);
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");

    @Test
    @Order(1)
    @DisplayName("requests that break the rules get the right status, with no stack trace and nothing of theirs in it")
    void badRequests() throws IOException {
        String host = Cluster.host("production");
        List<Map<String, Object>> requests =
                Yaml.mapsAt(Yaml.document(Cluster.resource("bad-requests.yaml")), "requests");
        SoftAssertions all = new SoftAssertions();
        for (Map<String, Object> each : requests) {
            String answer = answer(bytes(each, host));
            String statuses = STATUS.matcher(answer)
                    .results()
                    .map(found -> found.group(1))
                    .collect(joining(", "));
            String name = each.get("name") + ": " + answer;
            all.assertThat(statuses).as(name).isEqualTo(each.get("answer").toString());
            all.assertThat(answer).as(name).doesNotContain("Exception", "\tat ", "\n   at ");
            if (each.containsKey("never")) {
                all.assertThat(answer).as(name).doesNotContain(each.get("never").toString());
            }
        }
        all.assertAll();
        measured(requests.size() + " of " + requests.size() + " answered so");
    }

    private static byte[] bytes(Map<String, Object> each, String host) {
        String pieces = each.getOrDefault("piece", "").toString().repeat((Integer) each.getOrDefault("times", 0));
        String request = each.get("request").toString().replace("HOST", host).replace("PIECES", pieces);
        return request.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** All that comes back within a moment of the last byte, or until the connection is closed. */
    private static String answer(byte[] request) throws IOException {
        StringBuilder answer = new StringBuilder();
        try (Socket socket = new Socket()) {
            socket.connect(INGRESS, 2000);
            socket.setSoTimeout(2000);
            send(socket, request);
            byte[] buffer = new byte[8192];
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                socket.setSoTimeout(500);
            }
        } catch (SocketTimeoutException e) {
            return answer.toString();
        }
        return answer.toString();
    }

    /** The server may have answered, and closed its side, before it has read all. */
    private static void send(Socket socket, byte[] request) {
        try {
            socket.getOutputStream().write(request);
        } catch (IOException e) {
            System.out.println("    not all was read: " + e.getMessage());
        }
    }

    @Test
    @Order(2)
    @DisplayName("ten thousand slow clients at once, in the header and in the body, take nobody's answer away")
    void slowClients() throws IOException, InterruptedException {
        String host = Cluster.host("production");
        int restarts = restarts();
        List<SocketChannel> slow = new ArrayList<>();
        try (Prober good = new Prober(host, 50).awaitSteady()) {
            for (int i = 0; i < 10_000; i++) {
                String header = "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 100000\r\n";
                slow.add(begun(i % 2 == 0 ? header : header + "\r\nabc"));
            }
            long until = System.nanoTime() + 10_000_000_000L;
            while (System.nanoTime() < until) {
                slow.forEach(BadClientsIT::trickle);
                Thread.sleep(1000);
            }
            good.assertNoneLost();
        } finally {
            for (SocketChannel channel : slow) {
                channel.close();
            }
        }
        assertThat(restarts()).isEqualTo(restarts);
    }

    private static SocketChannel begun(String request) throws IOException {
        SocketChannel channel = SocketChannel.open(INGRESS);
        channel.configureBlocking(false);
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    /** One byte more, unless the server has closed the connection. */
    private static void trickle(SocketChannel channel) {
        try {
            channel.write(ByteBuffer.wrap(new byte[] {'a'}));
        } catch (IOException e) {
            // It was closed, which is what should become of it.
        }
    }

    /** How often a container was started again, of all pods that may suffer; the autoscaler may add some. */
    private static int restarts() {
        String counts = ".items[*].status.containerStatuses[0].restartCount";
        String all = field("traefik", "pods", counts) + " " + field("hello-production", "pods", counts);
        return Stream.of(all.split(" ")).mapToInt(Integer::parseInt).sum();
    }
}
