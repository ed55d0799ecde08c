package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the cluster refuses, whoever asks. */
@Tag("e2e")
@ExtendWith(Promises.class)
@Order(3)
class RefusalIT {
    private static final String NAMESPACE = "hello-staging";

    @Test
    @DisplayName("an image of the service from elsewhere, or not by digest, is refused; so is a pod that breaks `restricted`")
    void images() {
        String digest = "@sha256:" + "a".repeat(64);
        String image = field("argocd", "application/root", ".spec.source.helm.parameters[?(@.name==\"image\")].value");
        assertThat(setImage("example.org/other" + digest).output()).contains("hello-image", "denied");
        assertThat(setImage(image + ":tag").output()).contains("hello-image", "denied");
        setImage(image + digest).orFail();
        assertThat(kubectl("-n", NAMESPACE, "run", "refused", "--image=" + image + digest, "--dry-run=server").output()).contains("violates PodSecurity");
        measured("3 of 3 refused");
    }

    @Test
    @DisplayName("the service is not scaled to 0")
    void neverZero() {
        assertThat(kubectl("-n", NAMESPACE, "scale", "deployment/hello", "--replicas=0").output()).contains("hello-never-zero", "denied");
        measured("refused");
    }

    @Test
    @DisplayName("the service's account can do nothing at the API, and its pods carry no token")
    void account() {
        String can = kubectl("auth", "can-i", "--list", "--no-headers", "--as=system:serviceaccount:" + NAMESPACE + ":hello", "-n", NAMESPACE).orFail().output();
        // What everybody may: ask for their own rights and read the API's own description.
        assertThat(can.lines().filter(line -> !line.contains("selfsubject") && !line.contains("[/"))).isEmpty();
        assertThat(field(NAMESPACE, "deployment/hello", ".spec.template.spec.automountServiceAccountToken")).isEqualTo("false");
        measured("no rights");
    }

    @Test
    @DisplayName("the AppProject refuses another repository, another namespace, a cluster-scoped kind")
    void project() {
        String repo = field("argocd", "application/root", ".spec.source.repoURL");
        assertThat(application("git://elsewhere.test/other.git", NAMESPACE, "gitops/charts/hello")).contains("repo git://elsewhere.test/other.git is not permitted");
        assertThat(application(repo, "kube-system", "gitops/charts/hello")).contains("do not match any of the allowed destinations");
        assertThat(application(repo, NAMESPACE, "gitops/platform")).contains("is not permitted in project hello");
        measured("3 of 3 refused");
    }

    @Test
    @DisplayName("no pod can write to the in-cluster repository")
    void readOnlyRepository() {
        String push = "cd /tmp && git clone -q git://git.git.svc.cluster.local/hello.git c && cd c && git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x && git push origin HEAD:main";
        Cluster.Said said = kubectl("-n", "argocd", "exec", "deployment/argocd-repo-server", "--", "bash", "-c", push + "; e=$?; rm -rf /tmp/c; exit $e");
        assertThat(said.exit()).isNotZero();
        assertThat(said.output()).contains("service not enabled");
        measured("push refused, clone works");
    }

    private static Cluster.Said setImage(String image) {
        return kubectl("-n", NAMESPACE, "set", "image", "deployment/hello", "hello=" + image, "--dry-run=server");
    }

    /** What Argo CD says of an Application in the service's project; it is taken away again. */
    private static String application(String repo, String namespace, String path) {
        String yaml = """
                {apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: refused, namespace: argocd},
                 spec: {project: hello, source: {repoURL: "%s", targetRevision: main, path: %s},
                        destination: {server: https://kubernetes.default.svc, namespace: %s}, syncPolicy: {automated: {}}}}
                """.formatted(repo, path, namespace);
        Cluster.run(Cluster.ROOT, "bash", "-c", "kubectl --context \"$0\" apply -f - <<< \"$1\"", Cluster.CONTEXT, yaml).orFail();
        try {
            String[] said = {""};
            Cluster.until("Argo CD's word on it", java.time.Duration.ofMinutes(2), () -> {
                said[0] = field("argocd", "application/refused", ".status.conditions[*].message") + field("argocd", "application/refused", ".status.operationState.syncResult.resources[*].message")
                        + field("argocd", "application/refused", ".status.operationState.message");
                return said[0].contains("permitted") || said[0].contains("allowed destinations");
            });
            return said[0];
        } finally {
            kubectl("-n", "argocd", "delete", "application/refused", "--wait=true");
        }
    }
}
