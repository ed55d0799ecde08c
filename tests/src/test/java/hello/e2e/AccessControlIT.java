package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Symptom;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cluster refuses, whoever asks. */
@ClusterTest
class AccessControlIT {
    private static final String NAMESPACE = "hello-staging";
    private static final List<String> OWNERS = List.of("Job", "StatefulSet", "DaemonSet");

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
        String image = Cluster.rootParameter("image");
        String right = planted("pod.yaml").replace("IMAGE", image + digest);
        create(right).orFail();
        setImage(image + digest).orFail();

        Map<String, CommandResult> refused = new LinkedHashMap<>();
        refused.put("Deployment, image from elsewhere", setImage("example.org/other" + digest));
        refused.put("Deployment, image by tag", setImage(image + ":tag"));
        refused.put("pod without a label, from elsewhere", create(right.replace(image, "example.org/other")));
        refused.put("pod, image by tag", create(right.replace(digest, ":tag")));
        refused.put(
                "pod, a name with another character for the last `/`", create(right.replaceFirst("/(?=[^/]*@)", "x")));
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
                role("clusterrole", "--verb=get", "--resource=secrets"),
                role("clusterrole", "--verb=get", "--non-resource-url=/metrics"),
                role("clusterrolebinding", "--clusterrole=cluster-admin", "--serviceaccount=traefik:traefik"),
                role("clusterrolebinding", "--clusterrole=traefik", "--serviceaccount=hello-staging:hello"),
                role("role", "--verb=create", "--resource=secrets", "-n", "traefik"),
                role("rolebinding", "--clusterrole=cluster-admin", "--serviceaccount=traefik:traefik", "-n", "traefik"),
                role("rolebinding", "--role=traefik", "--serviceaccount=hello-staging:hello", "-n", "traefik"),
                privileged());
        assertThat(refused)
                .allSatisfy(result -> assertThat(result.output())
                        .containsPattern("hello-(namespace|ingress-rights|ingress-pods).* denied"));
        measured(refused.size() + " of " + refused.size() + " refused");
    }

    @Test
    @Order(4)
    @DisplayName("the ingress controller's account reads no Secret but those of its own namespace")
    void ingressSecrets() {
        assertThat(secrets("namespaces/traefik/secrets"))
                .as("its own, or this says nothing")
                .isEqualTo("200");
        List<String> refused = List.of(
                "secrets",
                "namespaces/argocd/secrets",
                "namespaces/argocd/secrets/argocd-secret",
                "namespaces/git/secrets",
                "namespaces/kube-system/secrets",
                "namespaces/" + NAMESPACE + "/secrets");
        assertThat(refused)
                .allSatisfy(path -> assertThat(secrets(path)).as(path).isEqualTo("403"));
        measured(refused.size() + " of " + refused.size() + " refused");
    }

    /** The status of an answer of the Kubernetes API to the ingress controller's account. */
    private static String secrets(String path) {
        String server = kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
                .orFail()
                .line();
        String token = kubectl("-n", "traefik", "create", "token", "traefik", "--duration=10m")
                .orFail()
                .line();
        return Command.of(
                        "curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-H", "@-", server + "/api/v1/" + path)
                .input("Authorization: Bearer " + token)
                .run()
                .line();
    }

    @Test
    @Order(5)
    @DisplayName("a certificate in the ingress controller's namespace is served for the host that it names")
    void certificate(@TempDir Path folder) {
        String host = host("production");
        Cluster.run(
                        folder,
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "1",
                        "-keyout",
                        "key.pem",
                        "-out",
                        "certificate.pem",
                        "-subj",
                        "/CN=" + host,
                        "-addext",
                        "subjectAltName=DNS:" + host)
                .orFail();
        assertThat(trusts(folder, host)).as("before").isFalse();
        try {
            kubectl(
                            "-n",
                            "traefik",
                            "create",
                            "secret",
                            "tls",
                            "certificate",
                            "--cert=" + folder.resolve("certificate.pem"),
                            "--key=" + folder.resolve("key.pem"))
                    .orFail();
            kubectl("apply", "-f", Cluster.ROOT + "/gitops/platform/certificates.yaml")
                    .orFail();
            measured("after " + waitUntil("it is served", () -> trusts(folder, host)) + " s");
        } finally {
            kubectl("-n", "traefik", "delete", "ingress/certificates", "secret/certificate", "--ignore-not-found");
        }
    }

    /** Whether the service answers by TLS with the folder's certificate, and no other. */
    private static boolean trusts(Path folder, String host) {
        String resolve = host + ":443:" + Cluster.IP;
        return Cluster.run(
                                folder,
                                "curl",
                                "-sf",
                                "--cacert",
                                "certificate.pem",
                                "--resolve",
                                resolve,
                                "https://" + host + "/")
                        .exitCode()
                == 0;
    }

    @Test
    @Order(6)
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
    @Order(7)
    @DisplayName("the service is not scaled to 0")
    void neverZero() {
        assertThat(kubectl("-n", NAMESPACE, "scale", "deployment/hello", "--replicas=0")
                        .output())
                .contains("hello-never-zero", "denied");
        measured("refused");
    }

    @Test
    @Order(8)
    @DisplayName("a certificate that the ingress controller may not read: its log says so, and the host gets its own")
    void certificateThatIsNotThere() {
        Cluster.apply(Cluster.resource("access/ingress.yaml")).orFail();
        try {
            Symptom said = Symptom.of("Error configuring TLS … secret … does not exist");
            double seconds = waitUntil(
                    "the log says so",
                    () -> said.matches(kubectl("-n", "traefik", "logs", "deployment/traefik", "--since=1m")
                            .output()));
            String shown = "openssl s_client -connect %s:443 -servername no-certificate.test </dev/null";
            Symptom.of("TRAEFIK DEFAULT CERT")
                    .isIn(Cluster.run(Cluster.ROOT, "bash", "-c", shown.formatted(Cluster.IP))
                            .output());
            measured("said after " + seconds + " s");
        } finally {
            kubectl("-n", NAMESPACE, "delete", "ingress/no-certificate", "--ignore-not-found");
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
}
