package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody changes in the cluster what git decides: it comes back within seconds. */
@ClusterTest
class DriftIT {
    private static final String NS = "hello-staging";

    /**
     * Argo CD waits five seconds at most between two repairs of one commit (argocd/install); the sync itself takes two.
     */
    private static final double SECONDS = Cluster.SLACK * 7;

    @BeforeEach
    void waitUntilHealthy() {
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("deleted objects and changed fields that git sets heal")
    void eachKind() {
        List<String> took = deleted(Faults.OBJECTS.toArray(String[]::new));
        took.add("service's field "
                + changed("service/hello", "/spec/ports/0/targetPort", ".spec.ports[0].targetPort", "9") + " s");
        took.add("hpa's field " + changed("hpa/hello", "/spec/maxReplicas", ".spec.maxReplicas", "9") + " s");
        took.add("deployment's field "
                + changed("deployment/hello", "/spec/progressDeadlineSeconds", ".spec.progressDeadlineSeconds", "999")
                + " s");
        waitUntil("staging answers", () -> answer("staging").contains("pod hello-"));
        measured(String.join(", ", took));
    }

    @Test
    @Order(2)
    @DisplayName("the fifth time in a row heals as soon as the first")
    void fiveTimes() {
        List<String> took = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            took.addAll(deleted("pdb/hello"));
        }
        measured(String.join(", ", took));
    }

    @Test
    @Order(3)
    @DisplayName("scaled below the autoscaler's least, the pods come back")
    void belowTheLeast() {
        String least = field(NS, "hpa/hello", ".spec.minReplicas");
        kubectl("-n", NS, "scale", "deployment/hello", "--replicas=1").orFail();
        double wanted = waitUntil(
                "as many are wanted",
                () -> field(NS, "deployment/hello", ".spec.replicas").equals(least));
        double ready = waitUntil(
                "as many are ready",
                () -> field(NS, "deployment/hello", ".status.readyReplicas").equals(least));
        measured(least + " wanted again after " + wanted + " s, ready " + ready + " s later");
        assertThat(wanted).as("the autoscaler looks every 15 s").isLessThanOrEqualTo(3 * 15);
    }

    @Test
    @Order(4)
    @DisplayName("an object taken out of git goes, one that is not Argo CD's stays")
    void takenOut(@TempDir Path folder) throws IOException {
        List<String> namespaces = List.of(NS, "hello-production");
        Clone nina = Clone.fresh(folder, "nina");
        nina.write("gitops/chart/templates/taken-out.yaml", configMap("taken-out"), "An object more");
        try {
            Cluster.kubectlWith(configMap("of-somebody"), "-n", NS, "create", "-f", "-")
                    .orFail();
            putAndTaken(nina, () -> namespaces.stream().allMatch(ns -> isThere(ns, "taken-out")));
            double seconds =
                    waitUntil("it is gone", () -> namespaces.stream().noneMatch(ns -> isThere(ns, "taken-out")));
            Cluster.waitUntilAllIsWell();
            assertThat(isThere(NS, "of-somebody")).as("what git never had").isTrue();
            measured("gone " + seconds + " s after the push, the other one is there");
        } finally {
            kubectl("-n", NS, "delete", "configmap/of-somebody", "--ignore-not-found");
        }
    }

    /** As of Argo CD 3.6 it is a person who has to delete the Service. */
    @Test
    @Order(5)
    @DisplayName("a Service whose port number somebody changed: the status says why it does not heal, and deleted it is"
            + " made anew")
    void portNumber() {
        String port = field(NS, "service/hello", ".spec.ports[0].port");
        Symptom duplicate = Symptom.of("ComparisonError … spec.ports[1].name: Duplicate value");
        kubectl(
                        "-n",
                        NS,
                        "patch",
                        "service/hello",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"/spec/ports/0/port\",\"value\":81}]")
                .orFail();
        try {
            waitUntil(
                    "the status says why",
                    () -> duplicate.matches(
                            Cluster.run(Cluster.ROOT, "local/status").output()));
        } finally {
            kubectl("-n", NS, "delete", "service/hello").orFail();
        }
        double seconds = waitUntil(
                "the Service is as git says",
                () -> field(NS, "service/hello", ".spec.ports[0].port").equals(port));
        Cluster.waitUntilAllIsWell();
        measured("made anew " + seconds + " s after it was deleted");
        assertThat(seconds).isLessThanOrEqualTo(SECONDS);
    }

    /** Pushes the newest commit, and its revert once what it brings is there, or does not come. */
    private static void putAndTaken(Clone clone, Callable<Boolean> isThere) {
        clone.git("push", "-q", "cluster");
        try {
            waitUntil("it is there", isThere);
        } finally {
            clone.git("revert", "--no-edit", "HEAD");
            clone.git("push", "-q", "cluster");
        }
    }

    /** With the chart's label, by which Argo CD could take it for its own. */
    private static String configMap(String name) {
        return """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: %s
                  labels: {app.kubernetes.io/instance: hello}
                """.formatted(name);
    }

    private static boolean isThere(String namespace, String configMap) {
        return !field(namespace, "configmap/" + configMap, ".metadata.uid").isEmpty();
    }

    /** Deletes objects, all at once, and gives the seconds until there is another one for each. */
    private static List<String> deleted(String... objects) {
        Map<String, String> uids = new LinkedHashMap<>();
        for (String object : objects) {
            uids.put(object, field(NS, object, ".metadata.uid"));
            assertThat(uids.get(object)).as(object).isNotEmpty();
        }
        long begin = System.nanoTime();
        kubectl(Stream.concat(Stream.of("-n", NS, "delete"), Stream.of(objects)).toArray(String[]::new))
                .orFail();
        List<String> took = new ArrayList<>();
        uids.forEach((object, uid) -> {
            waitUntil(object + " is back", () -> !List.of("", uid).contains(field(NS, object, ".metadata.uid")));
            double seconds = Math.round((System.nanoTime() - begin) / 1e8) / 10.0;
            assertThat(seconds).as(object).isLessThanOrEqualTo(SECONDS);
            took.add(object.replaceFirst("/.*", " ") + seconds + " s");
        });
        return took;
    }

    private static double changed(String object, String pointer, String path, String value) {
        String wanted = field(NS, object, path);
        kubectl(
                        "-n",
                        NS,
                        "patch",
                        object,
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"" + pointer + "\",\"value\":" + value + "}]")
                .orFail();
        double seconds = waitUntil(
                object + " is as git says", () -> field(NS, object, path).equals(wanted));
        assertThat(seconds).as(object + " " + path).isLessThanOrEqualTo(SECONDS);
        return seconds;
    }
}
