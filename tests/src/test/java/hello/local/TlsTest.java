package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import hello.support.CommandResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code make up TLS=self-signed}: CA and certificate are openssl's, and the cluster is a folder. */
class TlsTest {

    /** What is put beside the ingress controller is in the folder {@code secret} and the file {@code ingress}. */
    private static final String KUBECTL = """
            cd "$PLACE"
            case "$*" in
              *"get secret hello-tls"*tls.crt*) cat secret/tls.crt ;;
              *"get secret hello-tls"*ca.crt*) cat secret/ca.crt ;;
              *"create secret generic hello-tls"*)
                mkdir -p secret
                cd clone
                for word in "$@"; do
                  case $word in
                    --from-file=*) file=${word#*=}; cp "${file#*=}" "$PLACE/secret/${file%%=*}" ;;
                  esac
                done
                ;;
              *apply*) cat >ingress ;;
              *"delete --ignore-not-found secret/hello-tls ingress/hello-tls") rm -r secret ingress ;;
            esac
            """;

    private static final String SOURCES = """
            . local/lib.sh
            . local/tls.sh
            CONTEXT=lab
            scratch=$(mktemp -d)
            """;

    private static final String SWITCH = "check_tls\nswitch_tls\ntell_how_to_trust\n";

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void machine() {
        place = new Workplace(folder, "clone");
        place.must("git update-ref refs/remotes/cluster/main HEAD");
        place.standIn("kubectl", KUBECTL);
        place.standIn("helm", """
                case "$*" in
                  *production*) host=$(cat "$PLACE/host") ;;
                  *) host=staging.hello.test ;;
                esac
                echo "    - host: \\"$host\\""
                """);
        place.write("host", "hello.test");
    }

    @Test
    void theCertificateIsForEachHostAndWhatIsBelowIt() throws Exception {
        String output = switchOn();
        X509Certificate certificate = certificate("secret/tls.crt");
        certificate.verify(certificate("secret/ca.crt").getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames().stream()
                        .map(name -> name.get(1).toString()))
                .containsExactlyInAnyOrder("hello.test", "*.hello.test", "staging.hello.test", "*.staging.hello.test");
        assertThat(certificate.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(364)), Instant.now().plus(Duration.ofDays(366)));
        assertThat(place.read("ingress")).contains("host: \"hello.test\"", "host: \"staging.hello.test\"");
        assertThat(output).contains("making a local CA", "For a browser", "sudo ");
    }

    @Test
    void theKeyIsItsOwnersAloneAndGitDoesNotSeeIt() throws IOException {
        switchOn();
        Path key = folder.resolve("clone/.git/tls/ca.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        assertThat(place.must("git status --porcelain")).isEmpty();
    }

    @Test
    void aSecondTimeChangesNothing() {
        switchOn();
        String before = place.read("secret/tls.crt");
        assertThat(switchOn()).contains("the certificate is good").doesNotContain("making");
        assertThat(place.read("secret/tls.crt")).isEqualTo(before);
    }

    @Test
    void otherHostsNeedAnotherCertificateOfTheSameCa() throws Exception {
        switchOn();
        String ca = place.read("secret/ca.crt");
        place.write("host", "other.staging.hello.test");
        assertThat(switchOn()).doesNotContain("making a local CA");
        assertThat(place.read("secret/ca.crt")).isEqualTo(ca);
        assertThat(certificate("secret/tls.crt").getSubjectAlternativeNames())
                .anyMatch(name -> name.contains("other.staging.hello.test"))
                .noneMatch(name -> name.contains("hello.test"));
    }

    /** What the CA may sign for is in it, so that who has its key gets no other name. */
    @Test
    void hostsOutsideOfTheCaNeedAnotherCa() throws Exception {
        switchOn();
        String ca = place.read("secret/ca.crt");
        place.write("host", "equal-experts-helloworld.com");
        assertThat(switchOn()).contains("making a local CA");
        assertThat(place.read("secret/ca.crt")).isNotEqualTo(ca);
        assertThat(serves("equal-experts-helloworld.com")).isEqualTo("heard equal-experts-helloworld.com");
    }

    @ParameterizedTest
    @CsvSource({"sign, secret/tls.crt, -days 365, false", "make_ca, clone/.git/tls/ca.crt, -days 3650, true"})
    void whatEndsWithinAMonthIsMadeAnew(String function, String file, String days, boolean ca) throws Exception {
        String shorter = "eval \"$(declare -f " + function + " | sed 's/" + days + "/-days 29/')\"\nRENEWAL=0\n";
        place.must(SOURCES + shorter + "TLS=self-signed\n" + SWITCH);
        Instant month = Instant.now().plus(Duration.ofDays(30));
        assertThat(certificate(file).getNotAfter().toInstant()).isBefore(month);
        assertThat(switchOn().contains("making a local CA")).isEqualTo(ca);
        assertThat(certificate(file).getNotAfter().toInstant()).isAfter(month);
        assertThat(certificate("secret/tls.crt").getNotAfter().toInstant()).isAfter(month);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rm .git/tls/ca.key", "openssl ecparam -name prime256v1 -genkey -noout -out .git/tls/ca.key"})
    void aKeyThatIsNotTheCasMakesAnotherCa(String damage) throws Exception {
        switchOn();
        place.must(damage + "\nrm -r \"$PLACE/secret\"");
        assertThat(switchOn()).contains("making a local CA");
        certificate("secret/tls.crt").verify(certificate("secret/ca.crt").getPublicKey());
    }

    @Test
    void offTakesBothAwayAndLeavesTheCa() {
        switchOn();
        assertThat(place.must(SOURCES + "TLS=off\n" + SWITCH)).contains("HTTPS is off");
        assertThat(place.read("secret/tls.crt") + place.read("ingress")).isEmpty();
        assertThat(place.read("clone/.git/tls/ca.key")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "selfsigned", "no"})
    void anythingElseIsRefusedBeforeAnythingIsDone(String value) {
        for (String program : List.of("minikube", "mvn", "curl", "openssl")) {
            place.standIn(program, "case $1 in profile) echo lab ;; status) echo Running ;; esac");
        }
        CommandResult up = place.run("TLS=" + value + " local/up");
        assertThat(up.exitCode()).isOne();
        assertThat(up.output()).contains("TLS='" + value + "' is unknown", "TLS=self-signed", "TLS=off");
        assertThat(place.read("bin/kubectl.calls")).isEmpty();
    }

    /** As a browser is led from HTTP to HTTPS; and the certificate has to be of the CA that the cluster has. */
    @Test
    void theScriptsFollowTheRedirectAndTrustTheCaAlone() throws Exception {
        switchOn();
        assertThat(serves("hello.test")).isEqualTo("heard hello.test");
        assertThat(serves("below.hello.test")).isEqualTo("heard below.hello.test");
        assertThat(serves("elsewhere.test")).contains("no alternative certificate subject name");
        place.must("openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=other -out ../secret/ca.crt");
        assertThat(serves("hello.test")).contains("SSL certificate problem");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Darwin | -            | security add-trusted-cert -d -k /Library/Keychains/System.keychain 'a b/ca.crt'
            Linux  | Fedora       | cp 'a b/ca.crt' /etc/pki/ca-trust/source/anchors/hello-local-ca.crt
            Linux  | Debian       | cp 'a b/ca.crt' /usr/local/share/ca-certificates/hello-local-ca.crt
            """)
    void eachSystemHasItsWayToTrust(String kernel, String distribution, String command) {
        place.standIn("uname", "echo " + kernel);
        if (distribution.equals("Fedora")) {
            place.standIn("update-ca-trust", "");
        }
        assertThat(place.must(SOURCES + "trust_command 'a b/ca.crt'").replace("a\\ b/ca.crt", "'a b/ca.crt'"))
                .startsWith("sudo " + command);
    }

    @Test
    void thePersonIsToldTheWayByHttps() {
        switchOn();
        place.standIn("curl", "");
        place.standIn("minikube", "echo 198.51.100.1");
        String tell = ". local/lib.sh\nCONTEXT=lab\nreach_ingress\ntell_the_way hello.test\n";
        assertThat(place.must(tell))
                .contains(
                        "curl --cacert .git/tls/cluster.crt --resolve hello.test:443:198.51.100.1 https://hello.test/");
        assertThat(place.read("clone/.git/tls/cluster.crt")).isEqualTo(place.read("secret/ca.crt"));
    }

    private String switchOn() {
        return place.must(SOURCES + "TLS=self-signed\n" + SWITCH);
    }

    private X509Certificate certificate(String file) throws GeneralSecurityException {
        byte[] text = place.read(file).getBytes(StandardCharsets.US_ASCII);
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(text));
    }

    /** What the scripts hear from an ingress controller that has the certificate and redirects to it. */
    private String serves(String host) throws Exception {
        HttpServer http = HttpServer.create(loopback(), 0);
        http.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Location", "https://" + host + "/");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        HttpsServer https = HttpsServer.create(loopback(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(identity()));
        https.createContext("/", exchange -> {
            byte[] answer = ("heard " + exchange.getRequestHeaders().getFirst("Host")).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        http.start();
        https.start();
        try {
            return place.run(
                            SOURCES + "read_ca\nINGRESS=127.0.0.1:$1\nSECURE_INGRESS=127.0.0.1:$2\npage \"$3\"\n",
                            "" + http.getAddress().getPort(),
                            "" + https.getAddress().getPort(),
                            host)
                    .output();
        } finally {
            http.stop(0);
            https.stop(0);
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private SSLContext identity() throws Exception {
        place.must("cd ../secret; openssl pkcs12 -export -in tls.crt -inkey tls.key -out both -passout pass:x");
        KeyStore store = KeyStore.getInstance(folder.resolve("secret/both").toFile(), "x".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "x".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
