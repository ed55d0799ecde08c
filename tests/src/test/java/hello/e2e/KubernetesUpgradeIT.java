package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.run;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The cluster gets the next minor version of Kubernetes from minikube, on the data that it has, while the service is
 * asked. Kubernetes goes back to no former version, so the cluster stays on that one; for that this class comes last of
 * all in {@link RunOrder}. Which version it is, {@code -Dkubernetes.next=1.36.5} says.
 */
@ClusterTest
@Tag("nightly")
class KubernetesUpgradeIT {
    private static final String NEXT = System.getProperty("kubernetes.next", "").replaceFirst("^v", "");

    private static final int PER_SECOND = 100;
    private static final List<String> ENVIRONMENTS = List.of("staging", "production");

    @TempDir
    Path folder;

    private boolean begun;

    /** Whatever became of it: this checkout keeps the way to the cluster. */
    @AfterEach
    void wellAgain() {
        if (begun) {
            run(Cluster.ROOT, "make", "up").orFail();
            Cluster.waitUntilAllIsWell();
        }
    }

    @Test
    @DisplayName("minikube gives the running cluster the next minor version of Kubernetes under load: every commit and"
            + " image is there, nothing that is rendered is deprecated, and the loop goes on")
    void nextMinor() throws Exception {
        String former = Cluster.version();
        assumeTrue(!NEXT.isEmpty(), "no version was named: -Dkubernetes.next=1.36.5");
        assumeFalse(minor(former).equals(minor(NEXT)), "the cluster has Kubernetes " + former + " already");
        Clone vera = Clone.fresh(folder, "vera");
        begun = true;
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            raise(vera);
            vera.release("for Kubernetes " + NEXT);
            prober.assertNoneLost();
        }
        assertThat(warnings(vera)).as("warnings").isEmpty();
        for (String environment : ENVIRONMENTS) {
            String active = ".status.conditions[?(@.type==\"ScalingActive\")].status";
            waitLongUntil(
                    environment + "'s pods are measured",
                    () -> field("hello-" + environment, "hpa/hello", active).equals("True"));
        }
    }

    private static void raise(Clone clone) throws Exception {
        List<String> before = kept(clone);
        List<String> pods = restarts();
        long begin = System.nanoTime();
        run(Cluster.ROOT, "minikube", "start", "-p", Cluster.CONTEXT, "--kubernetes-version=v" + NEXT)
                .orFail();
        measured("to %s: minikube start %.0f s".formatted(NEXT, (System.nanoTime() - begin) / 1e9));
        measured("make up %d s".formatted(Math.round(clone.make("up").orFail().number("Ready after ([0-9]+) s"))));
        Cluster.waitUntilAllIsWell();
        waitLongUntil(
                "server, node and control plane are of v" + NEXT,
                () -> Set.copyOf(versions()).equals(Set.of("v" + NEXT)));
        assertThat(kept(clone)).as("what the cluster keeps").isEqualTo(before);
        List<String> same = restarts();
        same.retainAll(pods);
        measured("%d of %d pods of the service ran on".formatted(same.size(), pods.size()));
    }

    /**
     * The cluster itself, which is another one where minikube has begun anew; the newest commit, the images by their
     * tags, and whether those that run are whole; what each environment answers.
     */
    private static List<String> kept(Clone clone) throws Exception {
        try (Registry registry = new Registry()) {
            String images = registry.tags();
            for (String environment : ENVIRONMENTS) {
                String image =
                        field("hello-" + environment, "deployment/hello", ".spec.template.spec.containers[0].image");
                assertThat(registry.has(image.replaceFirst(".*@", "")))
                        .as(image)
                        .isTrue();
            }
            return List.of(
                    field("kube-system", "namespace/kube-system", ".metadata.uid"),
                    clone.git("ls-remote", "cluster", "refs/heads/main"),
                    images,
                    Cluster.runningCommit("staging"),
                    Cluster.runningCommit("production"));
        }
    }

    /** Each of the service's pods, and how often it was started anew. */
    private static List<String> restarts() {
        String columns =
                "jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{\"\\n\"}{end}";
        return ENVIRONMENTS.stream()
                .flatMap(environment -> kubectl("-n", "hello-" + environment, "get", "pods", "-o", columns)
                        .orFail()
                        .output()
                        .lines())
                .collect(Collectors.toList());
    }

    /** Of the API server as it says itself, of the node, and of each part of the control plane by its image. */
    private static List<String> versions() {
        String parts = kubectl(
                        "-n", "kube-system", "get", "pods", "-o", "jsonpath={.items[*].spec.containers[*].image}")
                .orFail()
                .line();
        return Stream.concat(
                        Stream.of(
                                kubectl("get", "--raw", "/version")
                                        .orFail()
                                        .output()
                                        .replaceFirst("(?s).*\"gitVersion\": *\"([^\"]*)\".*", "$1"),
                                "v" + Cluster.version()),
                        Stream.of(parts.split(" "))
                                .filter(image ->
                                        image.matches(".*/kube-(apiserver|controller-manager|scheduler|proxy):.*"))
                                .map(image -> image.replaceFirst(".*:", "")))
                .toList();
    }

    /** What the API server says of all that is rendered and installed, in a run that changes nothing. */
    private static List<String> warnings(Clone clone) {
        assertThat(warnings(
                        SchemaIT.dryRun("default", "{apiVersion: v1, kind: Endpoints, metadata: {name: deprecated}}")))
                .as("a kind that is deprecated since Kubernetes 1.33")
                .isNotEmpty();
        Stream<CommandResult> rendered = SchemaIT.rendered(clone).entrySet().stream()
                .map(each -> SchemaIT.dryRun(each.getKey(), each.getValue()));
        Stream<CommandResult> installed = Stream.of("argocd/install", "local")
                .map(part -> kubectl(
                        "apply",
                        "--server-side",
                        "--force-conflicts",
                        "--dry-run=server",
                        "-k",
                        clone.folder().resolve(part).toString()));
        return Stream.concat(rendered, installed)
                .flatMap(result -> warnings(result).stream())
                .toList();
    }

    private static List<String> warnings(CommandResult result) {
        return result.orFail()
                .output()
                .lines()
                .filter(line -> line.startsWith("Warning:"))
                .toList();
    }

    private static String minor(String version) {
        return version.replaceFirst("\\.\\d+$", "");
    }
}
