package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.until;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Nothing breaks while it changes: asked 200 times a second through the ingress. */
@Tag("e2e")
@ExtendWith(Promises.class)
@Order(2)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChangeIT {
    private static final int PER_SECOND = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    static Path folder;

    static Clone carol;

    @BeforeAll
    static void newVersion() throws IOException {
        carol = Clone.of(folder, "carol");
        carol.make("status").orFail();
        carol.git("pull", "-q", "--no-edit", "cluster", "main");
        carol.changeCode("a version to roll out");
        carol.make("deploy").orFail(); // to staging: production gets it under load
        until("all is well", PATIENCE, Cluster::allWell);
    }

    @Test
    @Order(1)
    @DisplayName("a new version rolls out under load, and no request is lost")
    void rollingUpdate() {
        try (Prober prober = new Prober(host("production"), PER_SECOND)) {
            until("a steady state", PATIENCE, () -> prober.sent() > 2 * PER_SECOND);
            carol.make("promote").orFail();
            settle();
            prober.close();
            report(prober);
            assertThat(prober.answers()).as("old and new, nothing else").hasSize(2);
        }
    }

    @Test
    @Order(2)
    @DisplayName("a change of configuration alone rolls out under load, and no request is lost")
    void configuration() throws IOException {
        carol.git("pull", "-q", "--no-edit", "cluster", "main");
        String greeting = "Good evening " + System.currentTimeMillis() % 100_000; // another one each time
        carol.change("gitops/environments/production/values.yaml", "(greeting:\\n  message: .*\\n)?\\z", "greeting:\n  message: " + greeting + "\n", "Production greets");
        try (Prober prober = new Prober(host("production"), PER_SECOND)) {
            until("a steady state", PATIENCE, () -> prober.sent() > 2 * PER_SECOND);
            carol.git("push", "-q", "cluster");
            until("production greets anew", PATIENCE, () -> answer("production").startsWith(greeting));
            settle();
            prober.close();
            report(prober);
            assertThat(prober.answers()).as("old and new, nothing else").hasSize(2);
        }
    }

    @Test
    @Order(3)
    @DisplayName("a pod is evicted under load: no request is lost, and the disruption budget refuses a second eviction")
    void eviction() {
        String ns = "hello-production";
        until("two pods and no more", PATIENCE, () -> field(ns, "pdb/hello", ".status.disruptionsAllowed").equals("1"));
        String[] pods = kubectl("-n", ns, "get", "pods", "-l", "app.kubernetes.io/name=hello", "-o", "jsonpath={.items[*].metadata.name}").orFail().line().split(" ");
        try (Prober prober = new Prober(host("production"), PER_SECOND)) {
            until("a steady state", PATIENCE, () -> prober.sent() > 2 * PER_SECOND);
            assertThat(evict(ns, pods[0]).exit()).isZero();
            Cluster.Said second = evict(ns, pods[1]);
            assertThat(second.exit()).isNotZero();
            assertThat(second.output()).contains("disruption budget");
            until("two pods again", PATIENCE, () -> field(ns, "pdb/hello", ".status.disruptionsAllowed").equals("1") && field(ns, "pod/" + pods[0], ".metadata.name").isEmpty());
            prober.close();
            report(prober);
        }
    }

    @Test
    @Order(4)
    @DisplayName("an image that cannot be pulled: the old version keeps answering, the status says why, rollback restores")
    void badRelease() {
        String before = answer("staging").replaceFirst("(?s).*commit (\\S+),.*", "$1");
        String commit = carol.git("rev-parse", "HEAD");
        String nowhere = "sha256:" + "0".repeat(64);
        try (Prober prober = new Prober(host("staging"), PER_SECOND)) {
            Cluster.run(carol.folder(), "gitops/bump", "staging", "--tag", commit.substring(0, 12), "--digest", nowhere, "--commit", commit, "--remote", "cluster").orFail();
            double seconds = until("Argo CD calls it Degraded", PATIENCE, () -> field("argocd", "application/hello-staging", ".status.health.status").equals("Degraded"));
            assertThat(Cluster.run(Cluster.ROOT, "make", "status").output()).containsPattern("ErrImagePull|ImagePullBackOff");
            carol.make("rollback", "ENV=staging").orFail();
            prober.close();
            measured("Degraded after " + seconds + " s");
            report(prober);
        }
        assertThat(answer("staging")).contains("commit " + before);
        until("all is well", PATIENCE, Cluster::allWell);
    }

    @Test
    @Order(5)
    @DisplayName("a value that the schema refuses changes nothing, the status names it, and the next good commit syncs")
    void badValue() throws IOException {
        carol.git("pull", "-q", "--no-edit", "cluster", "main");
        String running = field("hello-staging", "deployment/hello", ".metadata.generation");
        carol.change("gitops/environments/staging/values.yaml", "\\z", "replicaCuont: 3\n", "A misspelt value");
        carol.git("push", "-q", "cluster");
        double seconds = until("Argo CD says so", PATIENCE, () -> field("argocd", "application/hello-staging", ".status.conditions[*].message").contains("replicaCuont"));
        assertThat(Cluster.run(Cluster.ROOT, "make", "status").output()).contains("replicaCuont");
        assertThat(field("hello-staging", "deployment/hello", ".metadata.generation")).isEqualTo(running);
        assertThat(answer("staging")).contains("pod hello-");
        carol.git("revert", "--no-edit", "HEAD");
        carol.git("push", "-q", "cluster");
        measured("named after " + seconds + " s, well again after " + until("all is well", PATIENCE, Cluster::allWell) + " s");
    }

    private static Cluster.Said evict(String namespace, String pod) {
        String body = "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"" + pod + "\",\"namespace\":\"" + namespace + "\"}}";
        String path = "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/eviction";
        return Cluster.run(Cluster.ROOT, "bash", "-c", "kubectl --context \"$0\" create --raw \"$1\" -f - <<< \"$2\"", Cluster.CONTEXT, path, body);
    }

    /** The old pods are gone, and with them the last chance to lose a request. */
    private static void settle() {
        until("the old pods are gone", PATIENCE, () -> {
            String wanted = field("hello-production", "deployment/hello", ".status.replicas");
            String there = kubectl("-n", "hello-production", "get", "pods", "-l", "app.kubernetes.io/name=hello", "-o", "name").output().lines().count() + "";
            return there.equals(wanted) && field("hello-production", "deployment/hello", ".status.updatedReplicas").equals(wanted);
        });
    }

    private static void report(Prober prober) {
        int lost = prober.lost().values().stream().mapToInt(AtomicInteger::get).sum();
        measured(prober.sent() + " requests, " + lost + " lost" + (lost == 0 ? "" : " " + prober.lost()));
        assertThat(prober.lost()).isEmpty();
    }
}
