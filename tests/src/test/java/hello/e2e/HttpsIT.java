package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The platform with {@code make up TLS=self-signed}, as a person has it who trusts its CA, and without it again. */
@ClusterTest
class HttpsIT {

    @TempDir
    static Path folder;

    static Clone grace;
    static Path ca;

    @BeforeAll
    static void clones() {
        grace = Clone.fresh(folder, "Grace H");
        ca = grace.folder().resolve(".git/tls/ca.crt");
    }

    @AfterAll
    static void off() {
        grace.make("up", "TLS=off").orFail();
    }

    @Test
    @Order(1)
    @DisplayName(
            "make up TLS=self-signed: both hosts answer by HTTP/2 to who trusts the CA, HTTP leads there, an unknown"
                    + " host gets 404")
    void hosts() {
        String told = grace.make("up", "TLS=self-signed").orFail().output();
        String production = host("production");
        assertThat(told).contains("making a local CA", "For a browser", ":443:" + Cluster.IP + " https://");
        for (String environment : List.of("staging", "production")) {
            String host = host(environment);
            assertThat(ask("%{http_code} %{http_version}", "https://" + host + "/"))
                    .isEqualTo("200 2");
            assertThat(ask("%{http_code} %{redirect_url}", "http://" + host + "/a?b=c"))
                    .isEqualTo("302 https://" + host + "/a?b=c");
        }
        assertThat(ask("%{http_code}", "https://unknown." + production + "/")).isEqualTo("404");
        String second = grace.make("up", "TLS=self-signed").orFail().output();
        assertThat(second).contains("the certificate is good").doesNotContain("making a local CA");
        measured("200, 200, 404 by HTTP/2; 302 from HTTP");
    }

    @Test
    @Order(2)
    @DisplayName("the scripts follow it, also in a clone that did not make the CA")
    void scripts() {
        Clone heidi = Clone.fresh(folder, "heidi");
        CommandResult running = heidi.make("whats-running", "ENV=production").orFail();
        String commit = running.output().replaceFirst("(?s).*answer +version \\S+, commit (\\w+).*", "$1");
        assertThat(heidi.make("status").orFail().output()).containsPattern("production +\\S+ +" + commit);
        assertThat(heidi.make("doctor").orFail().output())
                .containsPattern("ok +certificate +for .*\\b" + host("production") + " .*until ");
        measured("status, whats-running and doctor");
    }

    @Test
    @Order(3)
    @DisplayName("TLS 1.2 and 1.3 are spoken, TLS 1.0 and 1.1 refused")
    void versions() {
        assertThat(handshake("-tls1_2")).contains("New, TLSv1.2", "Verify return code: 0 (ok)");
        assertThat(handshake("-tls1_3")).contains("New, TLSv1.3", "Verify return code: 0 (ok)");
        for (String old : List.of("-tls1", "-tls1_1")) {
            assertThat(handshake(old)).contains("alert protocol version").doesNotContain("BEGIN CERTIFICATE");
        }
        measured("2 of 2, 2 of 2 refused");
    }

    @Test
    @Order(4)
    @DisplayName("a new version rolls out under load by HTTPS, and no request is lost")
    void rollingUpdate() throws Exception {
        grace.pull();
        grace.changeCode("a version to roll out by HTTPS");
        grace.make("deploy").orFail();
        Cluster.waitUntilAllIsWell();
        // Every second request makes a connection of its own, and a handshake costs both ends, on the same two CPUs.
        try (Prober prober = Prober.secure(host("production"), 40, trust()).awaitSteady()) {
            grace.make("promote").orFail();
            RolloutIT.settle("production");
            prober.assertNoneLost();
            assertThat(prober.answers()).as("old and new, nothing else").hasSize(2);
        }
    }

    @Test
    @Order(5)
    @DisplayName("make up TLS=off: HTTP answers as before, and no Secret is left")
    void offAgain() throws Exception {
        grace.make("up", "TLS=off").orFail();
        assertThat(Cluster.get(host("staging")).statusCode()).isEqualTo(200);
        assertThat(Cluster.get(host("production")).statusCode()).isEqualTo(200);
        assertThat(field("traefik", "secrets", ".items[*].metadata.name")).isEmpty();
        assertThat(field("traefik", "ingresses", ".items[*].metadata.name")).isEmpty();
        measured("200, 200");
    }

    /** What curl writes of an answer that it gets with no more trust than in the CA. */
    private static String ask(String write, String url) {
        String host = url.replaceFirst("https?://([^/]+)/.*", "$1");
        return Cluster.run(
                        folder,
                        "curl",
                        "-sS",
                        "--noproxy",
                        "*",
                        "-o",
                        "/dev/null",
                        "-w",
                        write,
                        "--cacert",
                        ca.toString(),
                        "--resolve",
                        host + ":443:" + Cluster.IP,
                        "--resolve",
                        host + ":80:" + Cluster.IP,
                        url)
                .output();
    }

    private static String handshake(String version) {
        String command = "openssl s_client -connect %s:443 -servername %s -CAfile '%s' -cipher DEFAULT@SECLEVEL=0 %s"
                .formatted(Cluster.IP, host("production"), ca, version);
        return Cluster.run(folder, "bash", "-c", command + " </dev/null || true")
                .output();
    }

    private static SSLContext trust() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = Files.newInputStream(ca)) {
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
