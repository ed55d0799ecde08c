package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the platform's own parts refuse: Argo CD, the git server, the registry. */
@ClusterTest
class PlatformAccessIT {
    private static final String NAMESPACE = "hello-staging";
    private static final List<String> ACCOUNTS = List.of(
            "hello-staging:hello",
            "hello-staging:default",
            "argocd:argocd-server",
            "argocd:argocd-repo-server",
            "traefik:traefik");
    private static final String PORT = "18443";

    @Test
    @Order(1)
    @DisplayName("the AppProject refuses another repository, another namespace, a cluster-scoped kind")
    void project() {
        String repo = field("argocd", "application/hello", ".spec.source.repoURL");
        assertThat(application("git://elsewhere.test/other.git", NAMESPACE, "gitops/chart"))
                .contains("repo git://elsewhere.test/other.git is not permitted");
        assertThat(application(repo, "kube-system", "gitops/chart"))
                .contains("do not match any of the allowed destinations");
        assertThat(application(repo, NAMESPACE, "gitops/platform")).contains("is not permitted in project hello");
        measured("3 of 3 refused");
    }

    @Test
    @Order(2)
    @DisplayName("Argo CD's first password is changed by local/password, and its Secret does not come back")
    void password() throws IOException {
        String first = field("argocd", ArgoCd.FIRST_PASSWORD, ".data.password");
        String hash = field("argocd", "secret/argocd-secret", ".data.admin\\.password");
        assertThat(first).as("the first password, which the test puts back").isNotEmpty();
        String next = "changed-" + System.nanoTime();
        Process page = ArgoCd.page(PORT);
        try {
            waitUntil("the first password opens Argo CD", () -> ArgoCd.opens(PORT, ArgoCd.decoded(first)));
            Cluster.run(Cluster.ROOT, "bash", "-c", "local/password <<< \"$0\"", next)
                    .orFail();
            measured("the new one opens Argo CD after "
                    + waitUntil("the new password opens Argo CD", () -> ArgoCd.opens(PORT, next)) + " s");
            assertThat(ArgoCd.opens(PORT, ArgoCd.decoded(first)))
                    .as("the first one still opens it")
                    .isFalse();
            restartServer();
            assertThat(field("argocd", ArgoCd.FIRST_PASSWORD, ".metadata.name")).isEmpty();
        } finally {
            page.destroy();
            putBack(first, hash);
        }
    }

    /**
     * Argo CD's server makes the Secret when it starts, if it makes it at all: before it serves. Until it is called
     * ready takes half a minute more.
     */
    private static void restartServer() {
        List<String> before = pods("argocd", "argocd-server");
        kubectl("-n", "argocd", "rollout", "restart", "deployment/argocd-server")
                .orFail();
        waitUntil(
                "a new server serves",
                () -> pods("argocd", "argocd-server").stream()
                        .filter(pod -> !before.contains(pod))
                        .anyMatch(pod ->
                                kubectl("-n", "argocd", "logs", pod).output().contains("serving on port")));
    }

    private static void putBack(String password, String hash) {
        String patch = "{\"data\":{\"admin.password\":\"" + hash + "\"}}";
        kubectl("-n", "argocd", "patch", "secret", "argocd-secret", "--type=merge", "-p", patch)
                .orFail();
        Cluster.apply("""
                apiVersion: v1
                kind: Secret
                metadata:
                  name: argocd-initial-admin-secret
                  namespace: argocd
                data:
                  password: %s
                """.formatted(password)).orFail();
    }

    @Test
    @Order(3)
    @DisplayName("no pod reaches the registry, and nobody pushes without rights of their own at the API")
    void standIns() {
        String node = field("argocd", "pod/argocd-application-controller-0", ".status.hostIP");
        waitUntil(
                "a pod reaches the git server, or what follows says nothing",
                () -> connection("git.git.svc.cluster.local", 9418).exitCode() == 0);
        assertThat(connection(node, 5050).output())
                .as("the same pod to the registry on its node")
                .contains("Connection refused");
        for (String account : ACCOUNTS) {
            for (String namespace : new String[] {"git", "registry"}) {
                mayNotEnter(account, namespace);
            }
        }
        assertThat(kubectl("auth", "can-i", "create", "pods", "--subresource=exec", "-n", "git")
                        .line())
                .as("who runs this")
                .isEqualTo("yes");
        measured("connection refused; " + ACCOUNTS.size() + " accounts, none may push");
    }

    private static void mayNotEnter(String account, String namespace) {
        for (String right : new String[] {"exec", "portforward"}) {
            assertThat(kubectl(
                                    "auth",
                                    "can-i",
                                    "create",
                                    "pods",
                                    "--subresource=" + right,
                                    "-n",
                                    namespace,
                                    "--as=system:serviceaccount:" + account)
                            .line())
                    .as(account + " " + right + " in " + namespace)
                    .endsWith("no");
        }
    }

    private static CommandResult connection(String host, int port) {
        return kubectl(
                "-n",
                "argocd",
                "exec",
                "deployment/argocd-repo-server",
                "--",
                "timeout",
                "5",
                "bash",
                "-c",
                ": < /dev/tcp/" + host + "/" + port);
    }

    @Test
    @Order(4)
    @DisplayName(
            "a kind that is new to the root, with the AppProject that permits it in one commit: the sync refuses it,"
                    + " make up brings it")
    void kindThatIsNewToTheRoot(@TempDir Path folder) throws IOException {
        Clone clone = Clone.fresh(folder, "rosa");
        clone.change(
                "argocd/root/templates/projects.yaml",
                "(?m)^    - \\{group: argoproj.io, kind: AppProject}$",
                "    - {group: \"\", kind: ConfigMap}\n$0",
                "A kind more");
        clone.write("argocd/root/templates/more.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: new-to-the-root, namespace: argocd}
                """, "An object of that kind");
        clone.git("push", "-q", "cluster");
        Symptom refused = Symptom.of("resource … is not permitted in project hello-root");
        String messages = ".status.operationState.syncResult.resources[*].message";
        try {
            double named = waitUntil(
                    "the sync refuses it", () -> refused.matches(field("argocd", "application/hello", messages)));
            clone.make("up").orFail();
            double there = waitUntil("it is there", PlatformAccessIT::isTheNewKindThere);
            measured("refused after " + named + " s, there " + there + " s after make up");
        } finally {
            // The object first, as long as its kind may be taken away, too.
            clone.git("revert", "--no-edit", "HEAD");
            clone.git("push", "-q", "cluster");
            waitUntil("it is gone", () -> !isTheNewKindThere());
            clone.git("revert", "--no-edit", "HEAD~2");
            clone.git("push", "-q", "cluster");
        }
        Cluster.waitUntilAllIsWell();
    }

    private static boolean isTheNewKindThere() {
        return !field("argocd", "configmap/new-to-the-root", ".metadata.uid").isEmpty();
    }

    /** What Argo CD says of an Application in the service's project; it is taken away again. */
    private static String application(String repo, String namespace, String path) {
        String yaml = Cluster.resource("access/application.yaml")
                .replace("REPOSITORY", repo)
                .replace("FOLDER", path)
                .replace(" NAMESPACE\n", " " + namespace + "\n");
        Cluster.apply(yaml).orFail();
        try {
            String[] message = {""};
            waitUntil("Argo CD's word on it", () -> {
                message[0] = field("argocd", "application/refused", ".status.conditions[*].message")
                        + field(
                                "argocd",
                                "application/refused",
                                ".status.operationState.syncResult.resources[*].message")
                        + field("argocd", "application/refused", ".status.operationState.message");
                return message[0].contains("permitted") || message[0].contains("allowed destinations");
            });
            return message[0];
        } finally {
            kubectl("-n", "argocd", "delete", "application/refused", "--wait=true");
        }
    }
}
