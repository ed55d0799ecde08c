package hello.support;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/** A log-in by user and token, in front of git's own CGI program or of another server. */
public final class PrivateServer implements AutoCloseable {
    /** What is said of a connection, not of what goes over it, and the log-in, which ends here. */
    private static final List<String> NOT_FORWARDED = List.of(
            "authorization", "connection", "content-length", "expect", "host", "transfer-encoding", "upgrade", "date");

    /** The first byte of a TLS connection. */
    private static final int TLS = 0x16;

    private final HttpServer server;
    private ServerSocket front;
    private volatile String token;

    private PrivateServer(InetSocketAddress address, String user, String token, HttpHandler behind) throws IOException {
        this.token = token;
        server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", behind).setAuthenticator(new BasicAuthenticator("private") {
            @Override
            public boolean checkCredentials(String name, String password) {
                return name.equals(user) && password.equals(PrivateServer.this.token);
            }
        });
        server.start();
    }

    /**
     * Serves repositories, to read and to write.
     *
     * @param address where it listens, at any free port
     * @param repositories the folder with the repositories
     * @param user who may log in
     * @param token with what
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static PrivateServer git(String address, Path repositories, String user, String token) throws IOException {
        return new PrivateServer(
                new InetSocketAddress(address, 0), user, token, request -> callGit(request, repositories));
    }

    /**
     * Stands before another server of this machine.
     *
     * @param port where this one listens
     * @param behind the port of the other, whose answers name no host
     * @param user who may log in
     * @param token with what
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static PrivateServer before(int port, int behind, String user, String token) throws IOException {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        PrivateServer server = new PrivateServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                user,
                token,
                request -> forward(request, client, behind));
        server.front = new ServerSocket(port);
        Thread.ofVirtual().start(server::accept);
        return server;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = front.accept();
                Thread.ofVirtual().start(() -> pass(socket));
            }
        } catch (IOException e) {
            // it was closed
        }
    }

    /** Who tries TLS first is told at once that there is none: the JDK's server would wait for more. */
    private void pass(Socket client) {
        try (client;
                Socket behind = new Socket(
                        server.getAddress().getAddress(), server.getAddress().getPort())) {
            PushbackInputStream input = new PushbackInputStream(client.getInputStream());
            int first = input.read();
            if (first == TLS) {
                client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else if (first >= 0) {
                input.unread(first);
                Thread.ofVirtual().start(() -> copyAnswers(behind, client));
                input.transferTo(behind.getOutputStream());
            }
        } catch (IOException e) {
            // one of the two has left
        }
    }

    private static void copyAnswers(Socket behind, Socket client) {
        try (client) {
            behind.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // one of the two has left
        }
    }

    /**
     * Changes who gets in: from now on this token is the one, and the one before it is refused.
     *
     * @param newToken the token
     */
    public void accept(String newToken) {
        token = newToken;
    }

    /**
     * Names what it serves.
     *
     * @param path a path
     * @return its address
     */
    public String url(String path) {
        InetSocketAddress address = server.getAddress();
        return "http://" + address.getHostString() + ":" + address.getPort() + "/" + path;
    }

    private static void callGit(HttpExchange request, Path repositories) throws IOException {
        ProcessBuilder backend = new ProcessBuilder("git", "http-backend");
        backend.redirectError(ProcessBuilder.Redirect.DISCARD);
        backend.environment()
                .putAll(Map.of(
                        "GIT_PROJECT_ROOT", repositories.toString(),
                        "GIT_HTTP_EXPORT_ALL", "yes",
                        "REMOTE_USER", request.getPrincipal().getUsername(),
                        "REQUEST_METHOD", request.getRequestMethod(),
                        "PATH_INFO", request.getRequestURI().getPath(),
                        "QUERY_STRING", Objects.toString(request.getRequestURI().getRawQuery(), ""),
                        "CONTENT_TYPE", header(request, "Content-Type"),
                        "HTTP_CONTENT_ENCODING", header(request, "Content-Encoding"),
                        "GIT_PROTOCOL", header(request, "Git-Protocol")));
        Process process = backend.start();
        try (OutputStream input = process.getOutputStream()) {
            request.getRequestBody().transferTo(input);
        }
        send(request, process.getInputStream().readAllBytes());
    }

    private static String header(HttpExchange request, String name) {
        return Objects.toString(request.getRequestHeaders().getFirst(name), "");
    }

    /** What a CGI program writes: headers, among them the status, an empty line and the body. */
    private static void send(HttpExchange request, byte[] output) throws IOException {
        String text = new String(output, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        int status = 200;
        for (String line : text.substring(0, end).split("\r\n")) {
            String[] header = line.split(": ", 2);
            if (header[0].equals("Status")) {
                status = Integer.parseInt(header[1].substring(0, 3));
            } else {
                request.getResponseHeaders().add(header[0], header[1]);
            }
        }
        send(request, status, Arrays.copyOfRange(output, end + 4, output.length));
    }

    private static void forward(HttpExchange request, HttpClient client, int behind) throws IOException {
        HttpRequest.Builder other = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + behind + request.getRequestURI()))
                .method(
                        request.getRequestMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(
                                request.getRequestBody().readAllBytes()));
        request.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name.toLowerCase())) {
                values.forEach(value -> other.header(name, value));
            }
        });
        try {
            HttpResponse<byte[]> answer = client.send(other.build(), HttpResponse.BodyHandlers.ofByteArray());
            boolean head = request.getRequestMethod().equals("HEAD");
            answer.headers().map().forEach((name, values) -> {
                if (!NOT_FORWARDED.contains(name.toLowerCase()) || head && name.equalsIgnoreCase("content-length")) {
                    request.getResponseHeaders().put(name, values);
                }
            });
            send(request, answer.statusCode(), answer.body());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(HttpExchange request, int status, byte[] body) throws IOException {
        try (request) {
            request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            request.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        try {
            if (front != null) {
                front.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
