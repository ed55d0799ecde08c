package hello.e2e;

import hello.support.CommandResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Argo CD's command line, logged in to its server as the page is: it asks the same API and has the same rights. */
record ArgoCd(Path session) {

    /**
     * Logs in as admin, by the first password.
     *
     * @param folder where the session is kept
     * @return the command line
     */
    static ArgoCd login(Path folder) {
        ArgoCd argocd = new ArgoCd(folder.resolve("argocd"));
        String secret = Cluster.field("argocd", "secret/argocd-initial-admin-secret", ".data.password");
        String password = new String(Base64.getDecoder().decode(secret), StandardCharsets.UTF_8);
        Cluster.waitUntil(
                "Argo CD lets admin in",
                Duration.ofMinutes(2),
                () -> argocd.run("login", "argocd", "--username", "admin", "--password", password)
                                .exitCode()
                        == 0);
        return argocd;
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
