package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hello.support.CommandResult;
import hello.support.Yaml;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a commit is told to who stands for GitHub's API here. Every image is one that is there: a commit more
 * of the same source, by a bump.
 */
@ClusterTest
class NotificationsIT {
    private static final String TOKEN = "t0ken-that-writes-statuses";

    @TempDir
    static Path folder;

    private static final List<Status> TOLD = new CopyOnWriteArrayList<>();
    private static HttpServer github;
    private static Clone erin;

    /** What the test put on main, and takes away in the end. */
    private static final List<String> BROUGHT = new ArrayList<>();

    /** What was told of a commit. */
    private record Status(String commit, String context, String state, String description, String target) {
        /** As one reads it: short, with nothing that differs from run to run. */
        String line() {
            return context.replace("argocd/", "") + " " + state;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        github = HttpServer.create(new InetSocketAddress(Cluster.ownAddress(), 0), 0);
        github.createContext("/", NotificationsIT::answer);
        github.start();
        erin = Clone.fresh(folder, "erin");
        String deadline = erin.change(
                "gitops/environments/staging/values.yaml",
                "progressDeadlineSeconds: \\d+",
                "progressDeadlineSeconds: 20\nstartup:\n  timeoutSeconds: 15",
                "A short deadline");
        erin.git("push", "-q", "cluster", "HEAD:main");
        BROUGHT.add(deadline);
        waitUntil(
                "staging has it",
                () -> field("hello-staging", "deployment/hello", ".spec.progressDeadlineSeconds")
                        .equals("20"));
        Cluster.waitUntilAllIsWell();
    }

    /** The images of before are there again, which say their own commit. */
    @AfterAll
    static void stop() throws IOException {
        try {
            erin.make("notify-off").orFail();
            erin.pull();
            for (String commit : BROUGHT.reversed()) {
                erin.git("revert", "--no-edit", commit);
            }
            erin.git("push", "-q", "cluster", "HEAD:main");
            String head = erin.git("rev-parse", "HEAD");
            for (String environment : List.of("staging", "production")) {
                waitUntil(
                        environment + " follows main again",
                        () -> field("argocd", "application/hello-" + environment, ".status.sync.revision")
                                .equals(head));
            }
        } finally {
            github.stop(0);
        }
        assertThat(field("argocd", "secret/argocd-notifications-secret", ".data"))
                .isEmpty();
        Cluster.waitUntilAllIsWell();
    }

    /** GitHub knows the commit that is asked for, or says 422, as it says of no commit at all. */
    private static void answer(HttpExchange request) throws IOException {
        String path = request.getRequestURI().getPath();
        String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String commit = path.replaceFirst("^/repos/ada/hello/statuses/([0-9a-f]{40})$", "$1");
        boolean allowed = ("Bearer " + TOKEN).equals(request.getRequestHeaders().getFirst("Authorization"));
        int code = !allowed ? 401 : commit.equals(path) || commit.matches("0+") ? 422 : 201;
        if (code == 201) {
            Map<String, Object> said = Yaml.document(body);
            TOLD.add(new Status(
                    commit,
                    "" + said.get("context"),
                    "" + said.get("state"),
                    "" + said.get("description"),
                    "" + said.get("target_url")));
            System.out.println("    told of " + commit.substring(0, 12) + ": " + body.strip());
        }
        byte[] text = "{\"message\":\"No commit found for SHA\"}".getBytes(StandardCharsets.UTF_8);
        try (request) {
            request.sendResponseHeaders(code, text.length);
            request.getResponseBody().write(text);
        }
    }

    @Test
    @DisplayName("make notify: each environment's state is told at the commit: deploying, running, failed and why; none"
            + " twice, also after a promotion, a rollback and a restart of Argo CD")
    void told() throws IOException {
        String before = imageCommit("staging");
        String older = imageCommit("production");
        assertThat(notifying("wrong").output()).contains("does not take this token", "nothing was changed");
        notifying(TOKEN).orFail();
        waitFor(before, "staging success", 1);
        waitFor(older, "production success", 1);

        String digest = field("hello-staging", "deployment/hello", ".spec.template.spec.containers[0].image")
                .replaceFirst(".*@", "");
        String good = another("Good");
        long pushed = System.nanoTime();
        bump("staging", good, digest);
        waitFor(good, "staging success", 1);
        measured("told %.1f s after the bump".formatted((System.nanoTime() - pushed) / 1e9));
        bump("production", good, digest);
        waitFor(good, "production success", 1);
        assertThat(gitopsWait("staging", good).orFail().output()).contains("staging runs " + good.substring(0, 12));

        restartArgoCd();
        String bad = another("Bad");
        pushed = System.nanoTime();
        bump("staging", bad, "sha256:" + "0".repeat(64));
        waitFor(bad, "staging failure", 1);
        measured("a bad one %.1f s".formatted((System.nanoTime() - pushed) / 1e9));
        assertThat(gitopsWait("staging", bad).output()).containsPattern("ErrImagePull|ImagePullBackOff");
        rollback("staging");
        waitFor(good, "staging success", 2);
        Cluster.waitUntilAllIsWell();

        assertThat(of(before)).filteredOn(line -> line.startsWith("staging")).containsExactly("staging success");
        assertThat(of(good))
                .filteredOn(line -> line.startsWith("staging"))
                .as("a rollback is another deploy, and healthy at once where the pods before are still there")
                .isIn(
                        List.of("staging pending", "staging success", "staging pending", "staging success"),
                        List.of("staging pending", "staging success", "staging success"));
        assertThat(of(good))
                .filteredOn(line -> line.startsWith("production"))
                .containsExactly("production pending", "production success");
        assertThat(of(bad)).containsExactly("staging pending", "staging failure");
        Status failure = TOLD.stream()
                .filter(status -> status.state().equals("failure"))
                .findFirst()
                .orElseThrow();
        assertThat(failure.description())
                .contains("new pods did not get ready in time")
                .hasSizeLessThanOrEqualTo(140);
        assertThat(failure.target()).isEqualTo("http://" + Cluster.host("staging") + "/");
        measured(TOLD.size() + " statuses, none twice, none missing");
    }

    private static CommandResult notifying(String token) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), token + "\n");
        String api = "http://" + github.getAddress().getHostString() + ":"
                + github.getAddress().getPort();
        return Cluster.run(
                erin.folder(), "bash", "-c", "make notify REPO=ada/hello API=\"$1\" <\"$0\"", file.toString(), api);
    }

    private static List<String> of(String commit) {
        return TOLD.stream()
                .filter(status -> status.commit().equals(commit))
                .map(Status::line)
                .toList();
    }

    private static void waitFor(String commit, String line, int times) {
        waitUntil(
                commit.substring(0, 12) + ": " + line,
                () -> of(commit).stream().filter(line::equals).count() >= times);
    }

    private static String imageCommit(String environment) {
        return field(
                "hello-" + environment,
                "deployment/hello",
                ".spec.template.metadata.annotations.org\\.opencontainers\\.image\\.revision");
    }

    /** A commit without a change, of which no image need be built. */
    private static String another(String why) {
        erin.pull().git("commit", "-q", "--allow-empty", "-m", why);
        erin.git("push", "-q", "cluster", "HEAD:main");
        return erin.git("rev-parse", "HEAD");
    }

    private static void bump(String environment, String commit, String digest) {
        BROUGHT.add(erin.bump(environment, commit.substring(0, 12), digest, commit));
    }

    /** As make rollback does, which then waits for pods that say the commit; these say that of the image. */
    private static void rollback(String environment) {
        Cluster.run(erin.folder(), "gitops/rollback", environment, "--remote", "cluster")
                .orFail();
        BROUGHT.removeLast();
    }

    private static CommandResult gitopsWait(String environment, String commit) {
        CommandResult result = Cluster.run(erin.folder(), "env", "TIMEOUT=60", "gitops/wait", environment, commit);
        System.out.println(result.output());
        return result;
    }

    private static void restartArgoCd() {
        kubectl("-n", "argocd", "rollout", "restart", "deployment,statefulset").orFail();
        for (String part : List.of(
                "statefulset/argocd-application-controller",
                "deployment/argocd-repo-server",
                "deployment/argocd-applicationset-controller",
                "deployment/argocd-notifications-controller")) {
            kubectl("-n", "argocd", "rollout", "status", part, "--timeout=300s").orFail();
        }
    }
}
