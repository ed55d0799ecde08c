package hello.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A proxy for HTTPS: leads to a server of this machine who asks for one host, and all others where they want to go. */
public final class Tunnel implements AutoCloseable {
    private static final int HTTPS = 443;

    private final ServerSocket socket;
    private final String host;
    private final int port;

    /**
     * Starts it, at any free port.
     *
     * @param host the host
     * @param port where its server listens on this machine
     * @throws IOException when it cannot listen
     */
    public Tunnel(String host, int port) throws IOException {
        this.host = host;
        this.port = port;
        socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Tells where it listens. */
    public int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> lead(client));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    private void lead(Socket client) {
        try (client) {
            String[] request = head(client.getInputStream()).split("[ :]");
            if (!request[0].equals("CONNECT")) {
                say(client, "405 Method Not Allowed");
                return;
            }
            try (Socket server = connect(request[1], Integer.parseInt(request[2]))) {
                say(client, "200 Connection Established");
                join(client.getInputStream(), client, server);
            }
        } catch (IOException e) {
            // one of the two has left, or the host is not there
        }
    }

    private Socket connect(String wanted, int wantedPort) throws IOException {
        boolean ours = wanted.equals(host) && wantedPort == HTTPS;
        return ours ? new Socket(InetAddress.getLoopbackAddress(), port) : new Socket(wanted, wantedPort);
    }

    /** The request up to its empty line, and no byte more. */
    private static String head(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("no whole request: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void say(Socket client, String status) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Carries what a client says to a server, and back, until one of the two has nothing more to say. */
    static void join(InputStream said, Socket client, Socket server) throws IOException {
        Thread.ofVirtual().start(() -> carryAnswers(server, client));
        said.transferTo(server.getOutputStream());
    }

    private static void carryAnswers(Socket server, Socket client) {
        try (client) {
            server.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // one of the two has left
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
