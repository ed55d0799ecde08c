package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.Gate;
import hello.support.PrivateServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A private repository and a private image, as GitHub and GHCR have them: a git server and a registry with a log-in.
 */
@ClusterTest
class PrivateRepositoryIT {
    private static final String FORMER = "t0ken-that-was-good";
    private static final String READS = "t0ken-that-reads";
    private static final String PULLS = "t0ken-that-pulls";
    private static final int BEHIND = 5061;
    private static final String IMAGE = OutsideServers.image("private/hello");

    @TempDir
    static Path folder;

    private static OutsideServers outside;
    private static PrivateServer git;
    private static PrivateServer images;
    private static Clone dave;
    private static String repo;

    @BeforeAll
    static void start() throws IOException {
        outside = new OutsideServers(folder);
        outside.registry(BEHIND);
        images = PrivateServer.before(OutsideServers.REGISTRY, BEHIND, Gate.of("dave", PULLS));
        git = PrivateServer.git(outside.machine, folder, Gate.of("dave", FORMER));
        gitKnows(FORMER);
        outside.relay();
        outside.repository(Cluster.ROOT, "private");
        repo = git.url("private.git");
        dave = Clone.of(folder, "dave");
        dave.takeWhatIsBuilt();
        dave.git("remote", "set-url", "origin", repo);
        dave.git("config", "credential.helper", "!cat '" + folder.resolve("credential") + "' #");
        String auth = Base64.getEncoder().encodeToString(("dave:" + PULLS).getBytes());
        Files.createDirectory(folder.resolve("docker"));
        Files.writeString(
                folder.resolve("docker/config.json"),
                "{\"auths\": {\"" + IMAGE.replaceFirst("/.*", "") + "\": {\"auth\": \"" + auth + "\"}}}");
    }

    @AfterAll
    static void stop() {
        assumeTrue(outside != null);
        try {
            outside.close();
        } finally {
            Stream.of(git, images).filter(Objects::nonNull).forEach(PrivateServer::close);
            kubectl("-n", "argocd", "delete", "--ignore-not-found", "secret", "hello-repository");
            kubectl("delete", "--ignore-not-found", "namespace", "hello-later", "--wait=false");
            for (String environment : List.of("staging", "production")) {
                kubectl("-n", "hello-" + environment, "delete", "--ignore-not-found", "secret", "registry");
            }
        }
    }

    @Test
    @DisplayName("a private repository and a private image: make up says what is missing, make login gives it, and"
            + " what is refused is named")
    void missing() throws IOException {
        String former = followed();
        String settings = "REPO=" + repo + " IMAGE=" + IMAGE;
        refused(
                dave.make("up", "REPO=" + repo, "IMAGE=" + IMAGE),
                repo + " is private, and Argo CD has no log-in for it",
                "next: make login " + settings + " AS=YOU <FILE",
                "then make up " + settings);
        assertThat(followed()).as("nothing follows it").isEqualTo(former);
        refused(
                login("wrong", "REPO=" + repo, "IMAGE=" + IMAGE),
                "this token does not read " + repo,
                "this token does not pull " + IMAGE + ": the registry does not take it",
                "given to nobody");
        anEnvironmentThatIsNotThereYet();
        assertThat(login(FORMER, "REPO=" + repo, "IMAGE=" + IMAGE).orFail().output())
                .contains("Argo CD reads " + repo, "this token does not pull " + IMAGE);
        git.accept(Gate.of("dave", READS));
        gitKnows(READS);
        refused(dave.make("up", "REPO=" + repo, "IMAGE=" + IMAGE), "Argo CD cannot read " + repo, "next: make login ");
        login(READS).orFail();
        assertThat(dave.make("up").orFail().output()).contains("has no image yet");
        String commit = dave.changeCode("a change in private");
        refused(
                deploy(),
                "the registry does not let the pods pull " + IMAGE,
                "next: make it public, or give a token: make login AS=YOU <FILE",
                "next: the line imagePullSecrets: [registry] in gitops/environments/staging/values.yaml");
        assertThat(answer("staging")).as("what ran goes on").contains("pod hello-");
        assertThat(login(PULLS).orFail().output())
                .contains("this token does not read " + repo)
                .contains("hello-later", "next: the line imagePullSecrets: [registry] in gitops/environments/staging");
        assertThat(labels("hello-later")).isEqualTo(labels("hello-staging").replace("staging", "later"));
        pushPullSecrets();
        long pushed = System.nanoTime();
        dave.make("up").orFail();
        waitUntil("staging runs the image", () -> answer("staging").contains("commit " + commit));
        measured("%.0f s after the push of imagePullSecrets both environments answer"
                .formatted((System.nanoTime() - pushed) / 1e9));
        assertThat(answer("production")).contains("commit " + commit);
        Cluster.waitUntilAllIsWell();
    }

    private static String followed() {
        return field("argocd", "application/hello", ".spec.source.repoURL");
    }

    private static String labels(String namespace) {
        return field("", "namespace/" + namespace, ".metadata.labels");
    }

    private static void refused(CommandResult result, String... sentences) {
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.output()).contains(sentences);
    }

    /** As dave's git has stored it. */
    private static void gitKnows(String token) throws IOException {
        Files.writeString(folder.resolve("credential"), "username=dave\npassword=" + token + "\n");
    }

    private static CommandResult login(String token, String... settings) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), token + "\n");
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "make login AS=dave \"$@\" <\"$0\"", file.toString()));
        command.addAll(List.of(settings));
        CommandResult result = Cluster.run(dave.folder(), command.toArray(String[]::new));
        System.out.println(result.output());
        return result;
    }

    /** jib logs in as docker does, but sends no token over plain HTTP, unless it is told to. */
    private static CommandResult deploy() {
        String maven = System.getenv().getOrDefault("MAVEN_OPTS", "") + " -DsendCredentialsOverHttp=true";
        return Cluster.run(
                dave.folder(),
                "env",
                "DOCKER_CONFIG=" + folder.resolve("docker"),
                "MAVEN_OPTS=" + maven,
                "TIMEOUT=60",
                "make",
                "deploy");
    }

    private static void anEnvironmentThatIsNotThereYet() throws IOException {
        Path later = Files.createDirectories(dave.folder().resolve("gitops/environments/later"));
        Files.createDirectories(later);
        dave.write("gitops/environments/later/values.yaml", "ingress: {hosts: [later.hello.test]}\n", "Later");
    }

    private static void pushPullSecrets() throws IOException {
        dave.pull();
        for (String environment : List.of("staging", "production")) {
            String file = "gitops/environments/" + environment + "/values.yaml";
            dave.change(file, "\\z", "imagePullSecrets: [registry]\n", "A pull secret for " + environment);
        }
        dave.git("push", "-q", "cluster", "HEAD:main");
    }
}
