package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What the cluster refuses, whoever asks. */
@ClusterTest
class AccessControlIT {
    private static final String NAMESPACE = "hello-staging";
    private static final List<String> OWNERS = List.of("Job", "StatefulSet", "DaemonSet");
    private static final List<String> ACCOUNTS = List.of(
            "hello-staging:hello",
            "hello-staging:default",
            "argocd:argocd-server",
            "argocd:argocd-repo-server",
            "traefik:traefik");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    @Order(1)
    @DisplayName("no pod can write to the in-cluster repository")
    void readOnlyRepository() {
        String push = "cd /tmp && git clone -q git://git.git.svc.cluster.local/hello.git c && cd c"
                + " && git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x"
                + " && git push origin HEAD:main";
        CommandResult result = kubectl(
                "-n",
                "argocd",
                "exec",
                "deployment/argocd-repo-server",
                "--",
                "bash",
                "-c",
                push + "; e=$?; rm -rf /tmp/c; exit $e");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("service not enabled");
        measured("push refused, clone works");
    }

    @Test
    @Order(2)
    @DisplayName("an image of the service from elsewhere, or not by digest, is refused; so is a pod that "
            + "breaks `restricted`")
    void images() {
        String digest = "@sha256:" + "a".repeat(64);
        String image = field("argocd", "application/root", ".spec.source.helm.parameters[?(@.name==\"image\")].value");
        String right = planted("pod.yaml").replace("IMAGE", image + digest);
        create(right).orFail();
        setImage(image + digest).orFail();

        Map<String, CommandResult> refused = new LinkedHashMap<>();
        refused.put("Deployment, image from elsewhere", setImage("example.org/other" + digest));
        refused.put("Deployment, image by tag", setImage(image + ":tag"));
        refused.put("pod without a label, from elsewhere", create(right.replace(image, "example.org/other")));
        refused.put("pod, image by tag", create(right.replace(digest, ":tag")));
        refused.put("pod, a name with another character for the last `/`", create(right.replace("/hello@", "xhello@")));
        refused.put("init container", create(right + planted("init-container.yaml")));
        refused.put("image volume", create(right + planted("image-volume.yaml")));
        refused.put("ephemeral container", debug());
        refused.forEach((way, result) -> assertThat(result.output()).as(way).containsPattern("hello-image.* denied"));
        owners();
        assertThat(kubectl("-n", NAMESPACE, "run", "refused", "--image=" + image + digest, "--dry-run=server")
                        .output())
                .contains("violates PodSecurity");
        int count = refused.size() + OWNERS.size() + 1;
        measured(count + " of " + count + " refused");
    }

    /** Controllers are admitted, because the policy is about pods; none of them gets its pod. */
    private static void owners() {
        try {
            Cluster.kubectlWith(planted("owners.yaml"), "-n", NAMESPACE, "create", "-f", "-")
                    .orFail();
            for (String kind : OWNERS) {
                String fields = "involvedObject.kind=" + kind + ",involvedObject.name=refused,reason=FailedCreate";
                waitUntil(
                        kind + " is refused its pod",
                        PATIENCE,
                        () -> kubectl("-n", NAMESPACE, "get", "events", "--field-selector=" + fields, "-o", "yaml")
                                .output()
                                .contains("hello-image"));
            }
        } finally {
            kubectl("-n", NAMESPACE, "delete", String.join(",", OWNERS), "refused");
        }
    }

    @Test
    @Order(3)
    @DisplayName("an environment stays `restricted`, and the ingress controller gets no other right, whoever asks")
    void rightsStay() {
        List<CommandResult> refused = List.of(
                kubectl("create", "namespace", "hello-refused", "--dry-run=server"),
                label("pod-security.kubernetes.io/enforce=privileged"),
                label("pod-security.kubernetes.io/enforce-"),
                role("clusterrole", "--verb=*", "--resource=services"),
                role("clusterrole", "--verb=get", "--resource=pods"),
                role("clusterrole", "--verb=get", "--non-resource-url=/metrics"),
                role("clusterrolebinding", "--clusterrole=cluster-admin", "--serviceaccount=traefik:traefik"),
                role("clusterrolebinding", "--clusterrole=traefik", "--serviceaccount=hello-staging:hello"),
                privileged());
        assertThat(refused)
                .allSatisfy(result -> assertThat(result.output())
                        .containsPattern("hello-(namespace|ingress-rights|ingress-pods).* denied"));
        measured(refused.size() + " of " + refused.size() + " refused");
    }

    @Test
    @Order(4)
    @DisplayName("the service's account can do nothing at the API, and its pods carry no token")
    void account() {
        // Every account may something: ask for its own rights, read the API's own description, in 1.37 certificates to
        // trust. This one no more.
        assertThat(rights(NAMESPACE + ":hello")).isSubsetOf(rights("nowhere:nobody"));
        assertThat(kubectl(
                                "auth",
                                "can-i",
                                "get",
                                "pods",
                                "-n",
                                NAMESPACE,
                                "--as=system:serviceaccount:" + NAMESPACE + ":hello")
                        .line())
                .isEqualTo("no");
        assertThat(field(NAMESPACE, "deployment/hello", ".spec.template.spec.automountServiceAccountToken"))
                .isEqualTo("false");
        measured("no rights");
    }

    @Test
    @Order(5)
    @DisplayName("the service is not scaled to 0")
    void neverZero() {
        assertThat(kubectl("-n", NAMESPACE, "scale", "deployment/hello", "--replicas=0")
                        .output())
                .contains("hello-never-zero", "denied");
        measured("refused");
    }

    @Test
    @Order(6)
    @DisplayName("the AppProject refuses another repository, another namespace, a cluster-scoped kind")
    void project() {
        String repo = field("argocd", "application/root", ".spec.source.repoURL");
        assertThat(application("git://elsewhere.test/other.git", NAMESPACE, "gitops/charts/hello"))
                .contains("repo git://elsewhere.test/other.git is not permitted");
        assertThat(application(repo, "kube-system", "gitops/charts/hello"))
                .contains("do not match any of the allowed destinations");
        assertThat(application(repo, NAMESPACE, "gitops/platform")).contains("is not permitted in project hello");
        measured("3 of 3 refused");
    }

    @Test
    @Order(7)
    @DisplayName("Argo CD's first password is changed by local/password, and its Secret does not come back")
    void password() throws IOException {
        String secret = "secret/argocd-initial-admin-secret";
        String first = field("argocd", secret, ".data.password");
        String hash = field("argocd", "secret/argocd-secret", ".data.admin\\.password");
        assertThat(first).as("the first password, which the test puts back").isNotEmpty();
        String next = "changed-" + System.nanoTime();
        Process page = startPage();
        try {
            waitUntil("the first password opens Argo CD", PATIENCE, () -> opens(decoded(first)));
            Cluster.run(Cluster.ROOT, "bash", "-c", "local/password <<< \"$0\"", next)
                    .orFail();
            measured("the new one opens Argo CD after "
                    + waitUntil("the new password opens Argo CD", PATIENCE, () -> opens(next)) + " s");
            assertThat(opens(decoded(first))).as("the first one still opens it").isFalse();
            restartServer();
            assertThat(field("argocd", secret, ".metadata.name")).isEmpty();
        } finally {
            page.destroy();
            putBack(first, hash);
        }
    }

    /** Argo CD's page, as {@code make ui} brings it to this machine. */
    private static Process startPage() throws IOException {
        ProcessBuilder ui = new ProcessBuilder("local/ui")
                .directory(Cluster.ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        ui.environment().put("PORT", "18443");
        return ui.start();
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
                PATIENCE,
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
    @Order(8)
    @DisplayName("no pod reaches the registry, and nobody pushes without rights of their own at the API")
    void standIns() {
        String node = field("argocd", "pod/argocd-application-controller-0", ".status.hostIP");
        assertThat(connects(node, 5050)).as("a pod to the registry on its node").isFalse();
        assertThat(connects("git.git.svc.cluster.local", 9418))
                .as("the same pod to the git server, or this says nothing")
                .isTrue();
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

    private static List<String> rights(String account) {
        return kubectl(
                        "auth",
                        "can-i",
                        "--list",
                        "--no-headers",
                        "--as=system:serviceaccount:" + account,
                        "-n",
                        NAMESPACE)
                .orFail()
                .output()
                .lines()
                .toList();
    }

    /** Whether a password of admin opens Argo CD's API, through the port-forward of {@code make ui}. */
    private static boolean opens(String password) {
        return Cluster.run(
                        Cluster.ROOT,
                        "curl",
                        "-sk",
                        "-m",
                        "5",
                        "https://localhost:18443/api/v1/session",
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        "{\"username\":\"admin\",\"password\":\"" + password + "\"}")
                .output()
                .contains("\"token\"");
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static boolean connects(String host, int port) {
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
                                ": < /dev/tcp/" + host + "/" + port)
                        .exitCode()
                == 0;
    }

    private static String planted(String file) {
        return Cluster.resource("refused-pods/" + file);
    }

    private static CommandResult create(String yaml) {
        return Cluster.kubectlWith(yaml, "-n", NAMESPACE, "create", "--dry-run=server", "-f", "-");
    }

    /** A debug container in a running pod, under the profile that `restricted` lets pass. */
    private static CommandResult debug() {
        String pod = pods("staging").get(0);
        return kubectl(
                "-n", NAMESPACE, "debug", pod, "--image=docker.io/library/busybox:1.37.0", "--profile=restricted");
    }

    /** A privileged copy of the ingress controller's pod; taken away, should it be there. */
    private static CommandResult privileged() {
        String pod = pods("traefik", "traefik").get(0);
        String image = "--image=docker.io/library/busybox:1.37.0";
        CommandResult result = kubectl("-n", "traefik", "debug", pod, image, "--profile=sysadmin", "--copy-to=refused");
        kubectl("-n", "traefik", "delete", "pod/refused", "--ignore-not-found");
        return result;
    }

    private static CommandResult label(String label) {
        return kubectl("label", "namespace", NAMESPACE, label, "--overwrite", "--dry-run=server");
    }

    /**
     * As if the ingress controller's role or its binding were made anew: a policy is asked before it is seen to be
     * there.
     */
    private static CommandResult role(String kind, String... what) {
        return kubectl(Stream.concat(Stream.of("create", kind, "traefik", "--dry-run=server"), Stream.of(what))
                .toArray(String[]::new));
    }

    private static CommandResult setImage(String image) {
        return kubectl("-n", NAMESPACE, "set", "image", "deployment/hello", "hello=" + image, "--dry-run=server");
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
            waitUntil("Argo CD's word on it", PATIENCE, () -> {
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
