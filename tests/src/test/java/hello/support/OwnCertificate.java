package hello.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A host's certificate that nobody signed but its own key, and files for those who shall trust it. */
public final class OwnCertificate {
    /** Of each of the files: what is in them is worth nothing to anybody. */
    public static final String PASSWORD = "changeit";

    private final Path folder;

    /**
     * Makes it.
     *
     * @param folder an empty one
     * @param host whose it is
     */
    public OwnCertificate(Path folder, String host) throws IOException {
        this.folder = folder;
        keytool("own", "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + host, "-ext", "san=dns:" + host);
        keytool("own", "-exportcert", "-rfc", "-file", pem().toString());
        Path java = Path.of(System.getProperty("java.home"), "lib/security/cacerts");
        Files.write(trustStore(), Files.readAllBytes(java));
        keytool("trusted", "-importcert", "-noprompt", "-file", pem().toString());
    }

    private void keytool(String store, String command, String... options) {
        Path keytool = Path.of(System.getProperty("java.home"), "bin/keytool");
        List<String> words = new ArrayList<>(List.of(keytool.toString(), command, "-alias", "own"));
        words.addAll(List.of("-keystore", folder.resolve(store).toString(), "-storepass", PASSWORD));
        words.addAll(List.of(options));
        Command.of(words.toArray(String[]::new)).run().orFail();
    }

    /** The certificate, as most programs read it. */
    public Path pem() {
        return folder.resolve("own.pem");
    }

    /** What Java trusts, and the certificate. */
    public Path trustStore() {
        return folder.resolve("trusted");
    }

    /** What the host's server speaks TLS with. */
    SSLContext context() throws IOException {
        try (InputStream file = Files.newInputStream(folder.resolve("own"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(file, PASSWORD.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
