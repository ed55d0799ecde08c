package hello.support;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry of this machine by the name of another host: through a proxy, with TLS and a log-in. */
class TunnelTest {
    private static final String HOST = "registry.example";

    @TempDir
    private Path folder;

    private HttpServer behind;
    private OwnCertificate certificate;
    private PrivateServer server;
    private Tunnel tunnel;

    @BeforeEach
    void start() throws IOException {
        behind = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        behind.createContext("/", request -> {
            request.sendResponseHeaders(201, -1);
            request.close();
        });
        behind.start();
        certificate = new OwnCertificate(folder, HOST);
        Gate reader = (user, token, writes) -> writes ? Gate.Answer.REFUSED : Gate.Answer.WELCOME;
        Gate gate = (user, token, writes) ->
                (token.equals("reads") ? reader : Gate.of("ada", "writes")).ask(user, token, writes);
        server = PrivateServer.byTls(certificate, behind.getAddress().getPort(), gate);
        tunnel = new Tunnel(HOST, server.port());
    }

    @AfterEach
    void stop() {
        tunnel.close();
        server.close();
        behind.stop(0);
    }

    @Test
    void eachTokenOpensWhatItMay() throws Exception {
        assertThat(put("writes")).isEqualTo(201);
        assertThat(put("reads")).isEqualTo(403);
        assertThat(put("wrong")).isEqualTo(401);
    }

    @Test
    void certificateIsTrustedByNobodyElse() throws Exception {
        Assertions.assertThatThrownBy(() -> put(SSLContext.getDefault(), "writes"))
                .isInstanceOf(SSLHandshakeException.class);
    }

    private int put(String token) throws Exception {
        return put(trusting(), token);
    }

    private int put(SSLContext context, String token) throws Exception {
        InetSocketAddress proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel.port());
        String login = Base64.getEncoder().encodeToString(("ada:" + token).getBytes());
        try (HttpClient client = HttpClient.newBuilder()
                .proxy(ProxySelector.of(proxy))
                .sslContext(context)
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + HOST + "/v2/a"))
                    .header("Authorization", "Basic " + login)
                    .PUT(HttpRequest.BodyPublishers.ofString("a"))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        }
    }

    private SSLContext trusting() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("JKS");
        try (InputStream file = Files.newInputStream(certificate.trustStore())) {
            store.load(file, OwnCertificate.PASSWORD.toCharArray());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
