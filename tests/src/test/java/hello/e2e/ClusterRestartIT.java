package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Cluster.run;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Cluster.withComponentDown;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.Symptom;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every request and every measurement goes through is taken away and given back, and at last the whole cluster.
 */
@ClusterTest
class ClusterRestartIT {

    @TempDir
    static Path folder;

    static Clone erin;

    @BeforeAll
    static void clones() {
        erin = Clone.fresh(folder, "erin");
    }

    @AfterEach
    void waitUntilHealthy() {
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("without the ingress controller the Service loses nothing, also while a change goes through; "
            + "the ingress answers as soon as it is back")
    void ingress() throws Exception {
        String greeting = erin.greeting("staging");
        try {
            selfHeal(false);
            // Nobody comes in from outside, so a pod inside asks the Service: a new connection each time.
            Cluster.apply(resource("pods/asker.yaml").replace("IMAGE", curl())).orFail();
            kubectl("-n", "traefik", "wait", "pod/asker", "--for=condition=Ready", "--timeout=300s")
                    .orFail();
            withComponentDown("traefik", "deployment/traefik", () -> {
                assertThat(answer("staging")).contains("Exception");
                erin.git("push", "-q", "cluster");
                waitUntil(
                        "the Service greets anew",
                        () -> asked().keySet().stream().anyMatch(line -> line.startsWith(greeting)));
                waitUntil("the old pods are gone", () -> pods("staging").size() == 2);
            });
            measured("the ingress answered "
                    + waitUntil("it answers", () -> answer("staging").startsWith(greeting))
                    + " s after it was back");
            Symptom.of("Failed to watch … the server could not find the requested resource")
                    .isIn(kubectl("-n", "traefik", "logs", "deployment/traefik")
                            .orFail()
                            .output());
            Map<String, Long> asked = asked();
            measured(asked.values().stream().mapToLong(n -> n).sum() + " requests to the Service, answers " + asked);
            assertThat(asked.keySet())
                    .as("old and new, nothing else")
                    .hasSize(2)
                    .allMatch(line -> line.endsWith(", staging!"));
        } finally {
            kubectl("-n", "traefik", "delete", "pod/asker", "--ignore-not-found", "--wait=false");
            selfHeal(true);
        }
    }

    @Test
    @Order(2)
    @DisplayName("without metrics-server the service keeps its pods and loses nothing, and is measured again "
            + "when it is back")
    void metrics() throws Exception {
        String active = ".status.conditions[?(@.type==\"ScalingActive\")].status";
        for (String environment : List.of("staging", "production")) {
            waitLongUntil(
                    environment + " is measured at all",
                    () -> field("hello-" + environment, "hpa/hello", active).equals("True"));
        }
        try (Prober prober = new Prober(host("production"), 100).awaitSteady()) {
            withComponentDown("kube-system", "deployment/metrics-server", () -> {
                waitLongUntil(
                        "the autoscaler misses it",
                        () -> field("hello-production", "hpa/hello", active).equals("False"));
                assertThat(field("hello-production", "hpa/hello", ".status.desiredReplicas"))
                        .isEqualTo("2");
                assertThat(Cluster.allHealthy())
                        .as("no reason to worry yet, for Argo CD")
                        .isTrue();
            });
            measured("measured again "
                    + waitLongUntil(
                            "measured again",
                            () -> field("hello-production", "hpa/hello", active).equals("True"))
                    + " s after it was back");
            assertThat(field("hello-production", "deployment/hello", ".status.readyReplicas"))
                    .isEqualTo("2");
            prober.assertNoneLost();
        }
    }

    @Test
    @Order(3)
    @DisplayName("minikube is stopped and started: everything is back, every commit and image too")
    void stopAndStart() throws Exception {
        String head = erin.git("ls-remote", "cluster", "refs/heads/main");
        String tags = tags();
        String staging = Cluster.runningCommit("staging");
        String production = Cluster.runningCommit("production");
        long begin = System.nanoTime();
        try {
            run(Cluster.ROOT, "minikube", "-p", Cluster.CONTEXT, "stop").orFail();
            assertThat(answer("staging")).doesNotContain("pod hello-");
            measured("stopped in " + Math.round((System.nanoTime() - begin) / 1e9) + " s");
        } finally {
            measured("all back after make up of "
                    + Math.round(run(Cluster.ROOT, "make", "up").orFail().number("Ready after ([0-9]+) s")) + " s");
        }
        assertThat(erin.git("ls-remote", "cluster", "refs/heads/main")).isEqualTo(head);
        assertThat(tags()).isEqualTo(tags);
        assertThat(Cluster.runningCommit("staging")).isEqualTo(staging);
        assertThat(Cluster.runningCommit("production")).isEqualTo(production);
    }

    private static String tags() throws Exception {
        try (Registry registry = new Registry()) {
            return registry.tags();
        }
    }

    /** The image with curl that the chart's own test has. */
    private static String curl() {
        Matcher image = Pattern.compile("image: (\\S+/curl:\\S+)")
                .matcher(Repository.read("gitops/chart/templates/tests/greeting.yaml"));
        assertThat(image.find()).as("an image of curl in the chart's test").isTrue();
        return image.group(1);
    }

    /** What the pod heard, and how often. */
    private static Map<String, Long> asked() {
        return kubectl("-n", "traefik", "logs", "asker")
                .orFail()
                .output()
                .lines()
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    /**
     * Whether Argo CD puts back what was changed of the platform: the root has to let its own child be changed first.
     */
    static void selfHeal(boolean on) {
        for (String application : on ? new String[] {"platform", "hello"} : new String[] {"hello", "platform"}) {
            kubectl(
                            "-n",
                            "argocd",
                            "patch",
                            "application",
                            application,
                            "--type=merge",
                            "-p",
                            "{\"spec\":{\"syncPolicy\":{\"automated\":{\"selfHeal\":" + on + "}}}}")
                    .orFail();
        }
    }
}
