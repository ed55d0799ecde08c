package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What the service's NetworkPolicy lets in and out, tried by pods with a shell: a stranger's, a neighbour's, and one
 * under the same policy. In an environment no such pod may run, so the chart is installed once more, with the image of
 * staging.
 */
@ClusterTest
class NetworkPolicyIT {
    private static final String SERVICE = "policy-it-service";
    private static final String ELSEWHERE = "policy-it";
    private static final String HOST = "policy-it.test";
    private static final String HOSTS = "ingress.hosts=[\"" + HOST + "\"]";

    @BeforeAll
    static void pods() {
        kubectl("create", "namespace", ELSEWHERE).orFail();
        install();
        askFrom(ELSEWHERE);
        askFrom(SERVICE);
        for (String namespace : new String[] {ELSEWHERE, SERVICE}) {
            kubectl("-n", namespace, "wait", "pod/asks", "--for=condition=Ready", "--timeout=300s")
                    .orFail();
        }
    }

    private static void askFrom(String namespace) {
        Cluster.apply(Cluster.resource("pods/asks.yaml").replace("NAMESPACE", namespace))
                .orFail();
    }

    /** The chart as plain Helm installs it. */
    private static void install() {
        Cluster.run(
                        Cluster.ROOT,
                        "helm",
                        "--kube-context",
                        Cluster.CONTEXT,
                        "upgrade",
                        "--install",
                        "hello",
                        "gitops/chart",
                        "--namespace",
                        SERVICE,
                        "--create-namespace",
                        "--wait",
                        "--timeout=300s",
                        "--set-string",
                        image(),
                        "--set-json",
                        HOSTS)
                .orFail();
    }

    @AfterAll
    static void clean() {
        kubectl("delete", "namespace", SERVICE, ELSEWHERE, "--ignore-not-found");
    }

    @Test
    @DisplayName("only the ingress controller and its own namespace reach the service, nobody its management "
            + "port, and it reaches nobody")
    void policy() throws Exception {
        String service = field(SERVICE, "service/hello", ".spec.clusterIP");
        String pod = field(
                        SERVICE,
                        "pods",
                        ".items[?(@.metadata.labels.app\\.kubernetes\\.io/name==\"hello\")].status.podIP")
                .split(" ")[0];
        String page = field("argocd", "service/argocd-server", ".spec.clusterIP");
        assertThat(asks(ELSEWHERE, page))
                .as("a pod with no policy reaches others")
                .isTrue();

        enforcesItsOwnCopy(page);

        assertThat(asks(SERVICE, service)).as("its own namespace").isTrue();
        waitUntil("the ingress controller reaches it", () -> Cluster.get(HOST).statusCode() == 200);
        assertThat(asks(ELSEWHERE, service)).as("another namespace").isFalse();
        assertThat(asks(ELSEWHERE, pod + ":8080"))
                .as("another namespace, past the Service")
                .isFalse();
        assertThat(asks(SERVICE, pod + ":8081/health"))
                .as("the management port, even from its own namespace")
                .isFalse();
        measured("2 let in, 3 kept out, nothing goes out");
    }

    /**
     * A stranger's pod with the service's labels, below a copy of the service's policy, reaches nobody; without it, it
     * does.
     */
    private static void enforcesItsOwnCopy(String page) throws Exception {
        String spec = kubectl("-n", SERVICE, "get", "networkpolicy/hello", "-o", "jsonpath={.spec}")
                .orFail()
                .output();
        String policy = """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata:
                  name: hello
                  namespace: %s
                spec: %s
                """;
        Cluster.apply(policy.formatted(ELSEWHERE, spec)).orFail();
        String[] labels = {"app.kubernetes.io/name=hello", "app.kubernetes.io/instance=hello"};
        kubectl("-n", ELSEWHERE, "label", "--overwrite", "pod/asks", labels[0], labels[1])
                .orFail();
        boolean enforced = eventually(() -> !asks(ELSEWHERE, page));
        assumeTrue(enforced, "this cluster's network enforces no NetworkPolicy");
        opensWhatIsNamed(page);
        kubectl("-n", ELSEWHERE, "delete", "networkpolicy/hello").orFail();
        waitUntil("the pod is free again", () -> asks(ELSEWHERE, page));
    }

    /** Whether a pod gets any answer of HTTP. */
    private static boolean asks(String namespace, String address) {
        CommandResult result = kubectl(
                "-n", namespace, "exec", "asks", "--", "wget", "-q", "-T", "3", "-O", "/dev/null", "http://" + address);
        return result.exitCode() == 0
                || result.output().contains("server returned error")
                || result.output().contains("TLS");
    }

    /** As somebody does whose service reaches no database: here it is Argo CD's page that is meant. */
    private static void opensWhatIsNamed(String page) {
        String open = "networkPolicy.egress=[{\"namespace\": \"argocd\", \"port\": 8080}]";
        String policy = Cluster.run(
                        Cluster.ROOT,
                        "helm",
                        "template",
                        "hello",
                        "gitops/chart",
                        "--show-only=templates/networkpolicy.yaml",
                        "--set-string",
                        image(),
                        "--set-json",
                        HOSTS + "," + open)
                .orFail()
                .output();
        Cluster.kubectlWith(policy, "-n", ELSEWHERE, "apply", "-f", "-").orFail();
        waitUntil("the pod reaches what " + open + " names", () -> asks(ELSEWHERE, page));
    }

    /** For `--set-string`: the one that staging runs. */
    private static String image() {
        String image = field("hello-staging", "deployment/hello", ".spec.template.spec.containers[0].image");
        Matcher parts = Pattern.compile("(.+):([^:/@]+)@(.+)").matcher(image);
        assertThat(parts.matches()).as("NAME:TAG@DIGEST: %s", image).isTrue();
        return "image.repository=%s,image.tag=%s,image.digest=%s"
                .formatted(parts.group(1), parts.group(2), parts.group(3));
    }

    private static boolean eventually(java.util.concurrent.Callable<Boolean> holds) throws Exception {
        for (int i = 0; i < 10; i++) {
            if (holds.call()) {
                return true;
            }
        }
        return false;
    }
}
