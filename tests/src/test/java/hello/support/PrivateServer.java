package hello.support;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/** A log-in, in front of git's own CGI program or of another server. */
public final class PrivateServer implements AutoCloseable {
    /** What is said of a connection, not of what goes over it, and the log-in, which ends here. */
    private static final List<String> NOT_FORWARDED = List.of(
            "authorization", "connection", "content-length", "expect", "host", "transfer-encoding", "upgrade", "date");

    /** The first byte of a TLS connection. */
    private static final int TLS = 0x16;

    private final HttpServer server;
    private volatile Gate gate;
    private ServerSocket front;

    private PrivateServer(HttpServer server, Gate gate, HttpHandler behind) {
        this.server = server;
        this.gate = gate;
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", behind).setAuthenticator(new Authenticator() {
            @Override
            public Result authenticate(HttpExchange request) {
                return ask(request);
            }
        });
        server.start();
    }

    /** A user and a token, or neither, and what they want: to write is all that git or a registry knows besides. */
    private Authenticator.Result ask(HttpExchange request) {
        String[] login = login(header(request, "Authorization")).split(":", 2);
        return switch (gate.ask(login[0], login[login.length - 1], writes(request))) {
            case WELCOME -> new Authenticator.Success(new HttpPrincipal(login[0], "private"));
            case REFUSED -> new Authenticator.Failure(403);
            case LOG_IN -> {
                request.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"private\"");
                yield new Authenticator.Retry(401);
            }
        };
    }

    private static String login(String header) {
        boolean basic = header.startsWith("Basic ");
        return basic ? new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.UTF_8) : "";
    }

    private static boolean writes(HttpExchange request) {
        String asked = request.getRequestURI().toString();
        boolean reads = request.getRequestMethod().matches("GET|HEAD") || asked.endsWith("/git-upload-pack");
        return !reads || asked.endsWith("service=git-receive-pack");
    }

    /**
     * Serves repositories, to read and to write.
     *
     * @param address where it listens, at any free port
     * @param repositories the folder with the repositories
     * @param gate who may log in
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static PrivateServer git(String address, Path repositories, Gate gate) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, 0), 0);
        return new PrivateServer(server, gate, request -> callGit(request, repositories));
    }

    /**
     * Stands before another server of this machine.
     *
     * @param port where this one listens
     * @param behind the port of the other, whose answers name no host
     * @param gate who may log in
     * @return the server
     * @throws IOException when it cannot listen there
     */
    public static PrivateServer before(int port, int behind, Gate gate) throws IOException {
        PrivateServer server = new PrivateServer(HttpServer.create(anyPort(), 0), gate, forwarder(behind));
        server.front = new ServerSocket(port);
        Thread.ofVirtual().start(server::accept);
        return server;
    }

    /**
     * Stands before another server of this machine, at any free port, and speaks TLS.
     *
     * @param certificate what it shows
     * @param behind the port of the other, whose answers name no host
     * @param gate who may log in
     * @return the server
     * @throws IOException when it cannot listen
     */
    public static PrivateServer byTls(OwnCertificate certificate, int behind, Gate gate) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        return new PrivateServer(server, gate, forwarder(behind));
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static HttpHandler forwarder(int behind) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return request -> forward(request, client, behind);
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
                Socket behind = new Socket(server.getAddress().getAddress(), port())) {
            PushbackInputStream input = new PushbackInputStream(client.getInputStream());
            int first = input.read();
            if (first == TLS) {
                client.getOutputStream().write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } else if (first >= 0) {
                input.unread(first);
                Tunnel.join(input, client, behind);
            }
        } catch (IOException e) {
            // one of the two has left
        }
    }

    /**
     * Changes who gets in: from now on this gate is asked.
     *
     * @param newGate the gate
     */
    public void accept(Gate newGate) {
        gate = newGate;
    }

    /** Tells where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    /**
     * Names what it serves.
     *
     * @param path a path
     * @return its address
     */
    public String url(String path) {
        return "http://" + server.getAddress().getHostString() + ":" + port() + "/" + path;
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
