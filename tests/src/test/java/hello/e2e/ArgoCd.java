package hello.e2e;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Argo CD's command line, logged in to its server as the page is: it asks the same API and has the same rights. */
record ArgoCd(Path session) {
    /** The Secret with admin's first password, in the namespace {@code argocd}. */
    static final String FIRST_PASSWORD = "secret/argocd-initial-admin-secret";

    /**
     * Logs in as admin, by the first password, once no server is left that is about to end: a command whose port is
     * forwarded to such a one breaks, or hangs.
     *
     * @param folder where the session is kept
     * @return the command line
     */
    static ArgoCd login(Path folder) {
        ArgoCd argocd = new ArgoCd(folder.resolve("argocd"));
        Cluster.waitUntil(
                "Argo CD has one server",
                () -> Cluster.pods("argocd", "argocd-server").size() == 1);
        String password = decoded(Cluster.field("argocd", FIRST_PASSWORD, ".data.password"));
        Cluster.waitUntil(
                "Argo CD lets admin in",
                () -> argocd.run("login", "argocd", "--username", "admin", "--password", password)
                                .exitCode()
                        == 0);
        return argocd;
    }

    /** What a field of a Secret holds. */
    static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /**
     * Brings the page to this machine as {@code make ui} does, but opens no browser.
     *
     * @param port of this machine
     * @return the running script, to be ended
     */
    static Process page(String port) throws IOException {
        ProcessBuilder ui = new ProcessBuilder("local/ui")
                .directory(Cluster.ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        ui.environment().put("PORT", port);
        ui.environment().put("OPEN", "no");
        return ui.start();
    }

    /** Whether a password of admin opens Argo CD's API, through the port-forward of {@link #page}. */
    static boolean opens(String port, String password) {
        return Cluster.run(
                        Cluster.ROOT,
                        "curl",
                        "-sk",
                        "-m",
                        "5",
                        "https://localhost:" + port + "/api/v1/session",
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        "{\"username\":\"admin\",\"password\":\"" + password + "\"}")
                .output()
                .contains("\"token\"");
    }

    /** Runs a command; a port is forwarded for as long as it runs. */
    CommandResult run(String... arguments) {
        List<String> connection = List.of(
                "--config",
                session.toString(),
                "--kube-context",
                Cluster.CONTEXT,
                "--port-forward",
                "--port-forward-namespace",
                "argocd",
                "--insecure");
        return Cluster.run(
                Cluster.ROOT,
                Stream.of(Stream.of("argocd"), Stream.of(arguments), connection.stream())
                        .flatMap(words -> words)
                        .toArray(String[]::new));
    }
}
