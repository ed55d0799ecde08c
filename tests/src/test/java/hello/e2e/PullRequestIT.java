package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pull request's preview, with a server on this machine that answers as GitHub does. Its branch is pushed by the
 * workflow's script, with the image that staging has.
 */
@ClusterTest
class PullRequestIT {
    private static final String NAMESPACE = "hello-preview-pull-12";
    private static final String HOST = "pull-12.previews.test";
    private static final String SET = "applicationset/hello-previews";

    @TempDir
    static Path folder;

    private static HttpServer github;
    private static volatile String open = "[]";

    @BeforeAll
    static void start() throws IOException {
        github = HttpServer.create(new InetSocketAddress(Cluster.ownAddress(), 0), 0);
        github.createContext("/", request -> {
            byte[] answer = (request.getRequestURI().getPath().endsWith("/repos/team/hello/pulls") ? open : "[]")
                    .getBytes(StandardCharsets.UTF_8);
            request.getResponseHeaders().add("Content-Type", "application/json");
            request.sendResponseHeaders(200, answer.length);
            request.getResponseBody().write(answer);
            request.close();
        });
        github.start();
    }

    @AfterAll
    static void stop() {
        kubectl("-n", "argocd", "delete", "--ignore-not-found", SET).orFail();
        github.stop(0);
    }

    @Test
    @DisplayName("a pull request with the label has a preview, which goes when it is closed; what is left of it goes by"
            + " make remove")
    void preview() throws IOException {
        Clone kim = Clone.fresh(folder, "kim");
        String head = "0".repeat(40);
        open = pull(head);
        CommandResult taken = Cluster.kubectlWith(applicationSet(kim), "apply", "--validate=strict", "-f", "-");
        assertThat(taken.orFail().output()).contains("created").doesNotContain("Warning");
        waitForNoImage();
        head = pullRequest(kim);
        open = pull(head);
        double there = waitLongUntil(
                "the preview answers",
                () -> refreshed() && Cluster.get(HOST).body().contains("preview-pull-12"));
        String revision = ".spec.template.metadata.annotations.org\\.opencontainers\\.image\\.revision";
        assertThat(field(NAMESPACE, "deployment/hello", revision)).isEqualTo(head);
        assertThat(kim.make("status").orFail().output())
                .containsPattern("preview-pull-12 +" + head.substring(0, 12) + " +[0-9a-f]{12} +Synced");
        open = "[]";
        double gone = waitLongUntil(
                "the preview is gone",
                () -> refreshed()
                        && field("argocd", "application/" + NAMESPACE, ".metadata.name")
                                .isEmpty());
        assertThat(field(NAMESPACE, "deployment/hello", ".metadata.name")).isEmpty();
        assertThat(kim.make("remove", "ENV=preview-pull-12").orFail().output()).contains("gone");
        assertThat(kubectl("get", "namespace", NAMESPACE, "--ignore-not-found")
                        .orFail()
                        .output())
                .isEmpty();
        measured("answers " + there + " s after its label, gone " + gone + " s after it was closed");
    }

    private static String pull(String head) {
        return "[{\"number\":12,\"title\":\"A page\",\"state\":\"open\",\"labels\":[{\"name\":\"preview\"}],"
                + "\"user\":{\"login\":\"kim\"},\"head\":{\"ref\":\"page\",\"sha\":\"" + head
                + "\"},\"base\":{\"ref\":\"main\"}}]";
    }

    /** Until the workflow has pushed the image. */
    private static void waitForNoImage() {
        Symptom none = Symptom.of("unable to resolve 'preview/pull-…' to a commit SHA");
        String messages = ".status.conditions[*].message";
        waitLongUntil(
                "Argo CD says that it has no image",
                () -> none.matches(field("argocd", "application/" + NAMESPACE, messages)));
    }

    /** What the workflow does once the images are there; gives the head. */
    private static String pullRequest(Clone kim) throws IOException {
        String digest = kim.tryGit("show", "cluster/main:gitops/environments/staging/image.yaml")
                .orFail()
                .output()
                .replaceAll("(?s).*digest: (\\S+).*", "$1");
        kim.git("checkout", "-q", "-b", "page");
        String head = kim.write("docs/page", "A page", "A page");
        kim.git("checkout", "-q", "--detach", "main");
        kim.git("merge", "-q", "--no-ff", "-m", "Merge", "page");
        Path join = kim.folder().resolve(".github/scripts/join-platforms");
        kim.git("update-index", "--assume-unchanged", ".github/scripts/join-platforms");
        Files.writeString(join, "#!/bin/sh\necho digest=" + digest + "\n");
        kim.git("config", "remote.origin.url", kim.git("config", "remote.cluster.url"));
        Cluster.run(kim.folder(), "env", "NUMBER=12", ".github/scripts/preview", "publish", digest)
                .orFail();
        return head;
    }

    /** As the root has it where the repository is on GitHub, but with the cluster's repository and our server. */
    private static String applicationSet(Clone kim) {
        String command = "helm template root argocd/root --show-only templates/pull-requests.yaml"
                + " --set repoURL=https://github.com/team/hello,image=%s,previews=previews.test";
        String server = "http://" + github.getAddress().getHostString() + ":"
                + github.getAddress().getPort();
        String image = Cluster.rootParameter("image");
        return Cluster.run(kim.folder(), command.formatted(image).split(" "))
                .orFail()
                .output()
                .replace(
                        "repoURL: \"https://github.com/team/hello\"",
                        "repoURL: " + field("argocd", "application/hello", ".spec.source.repoURL"))
                .replace("owner: team", "owner: team\n          api: " + server);
    }

    /** Argo CD looks again, as a webhook makes it do. */
    private static boolean refreshed() {
        String look = "argocd.argoproj.io/application-set-refresh=true";
        return kubectl("-n", "argocd", "annotate", SET, "--overwrite", look).exitCode() == 0;
    }
}
