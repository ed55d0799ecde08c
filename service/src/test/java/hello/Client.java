package hello;

import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Properties;

/** Speaks HTTP to the service under test, and knows what its build says. */
final class Client {

    static final String MESSAGE = "Hi \"${not.a.setting}\"";
    static final String NAME = "<b>Jo</b> & {pod}";
    static final String POD = "pod-'1'<2>";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Client() {}

    /**
     * Sends a request.
     *
     * @param method such as GET
     * @param uri where to
     * @param accept the Accept header, or null for none
     * @return the answer
     */
    static HttpResponse<String> send(String method, URI uri, String accept) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
        if (accept != null) {
            request.header("Accept", accept);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String type(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Content-Type")
                .orElse("")
                .replace(" ", "")
                .toLowerCase();
    }

    /**
     * An address on the management port.
     *
     * @param server the service
     * @param path the path
     * @return the address
     */
    static URI management(EmbeddedServer server, String path) {
        int port = ((io.micronaut.http.server.netty.NettyEmbeddedServer) server)
                .getBoundPorts().stream()
                        .filter(p -> p != server.getPort())
                        .findFirst()
                        .orElseThrow();
        return URI.create("http://localhost:" + port + path);
    }

    static String build(String key) {
        Properties properties = new Properties();
        try (InputStream file = Client.class.getResourceAsStream("/git.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty(key);
    }
}
