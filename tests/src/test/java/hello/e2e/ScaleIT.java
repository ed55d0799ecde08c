package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each further environment costs Argo CD, at rest and at a push: docs/scale.md has the numbers. It takes twenty
 * minutes, and so runs where it is asked for. A quota keeps its environments without pods, as a node would not hold
 * them: they are Synced, and not Healthy.
 */
@ClusterTest
@Tag("nightly")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class ScaleIT {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** How many environments there are, those of the platform among them. */
    private static final List<Integer> SIZES = Stream.of(
                    System.getProperty("scale.environments", "2,20,100").split(","))
            .map(Integer::valueOf)
            .toList();

    /** Two rounds of Argo CD's look at git, which comes every 60 to 75 s. */
    private static final Duration WINDOW = Duration.ofSeconds(Integer.getInteger("scale.window", 150));

    private static final String FOLDER = "gitops/environments/";
    private static final String OUR_APPLICATIONS =
            "app.kubernetes.io/part-of=hello,app.kubernetes.io/component=environment";
    private static final String EACH_LINE = "{\"\\n\"}{end}";

    @TempDir
    static Path folder;

    static Clone ivan;
    static String start;
    static int existing;
    static String shown = "";

    /**
     * What was measured with a number of environments, in seconds from the push.
     *
     * @param environments how many
     * @param grown until the new ones were synced
     * @param rest what Argo CD needed after that
     * @param told until {@code git push} came back after a change of one environment
     * @param one until that environment had it
     * @param chart until each environment had a change of the chart
     */
    private record Row(int environments, double grown, ArgoCdCost rest, double told, double one, double chart) {
        @Override
        public String toString() {
            Kubelet.Need whole = rest.whole();
            return "| %d | %.0fm | %.0f MiB | %.1f | %.1f | %.0f | %.2f s | %.0f | %.1f s | %.1f s | %.1f s | %.0f s |"
                    .formatted(
                            environments,
                            whole.cpu(),
                            whole.memory(),
                            rest.requests(),
                            rest.allRequests(),
                            rest.reconciles(),
                            rest.reconcileSeconds(),
                            rest.gitRequests(),
                            told,
                            one,
                            chart,
                            grown);
        }
    }

    @BeforeAll
    static void makeClone() {
        Cluster.waitUntilAllIsWell();
        ivan = Clone.fresh(folder, "ivan");
        start = ivan.git("rev-parse", "HEAD");
        existing = applications().size();
    }

    @Test
    @DisplayName("a hundred environments: what Argo CD needs at rest, and how long a push takes to reach one and all")
    void grows() throws Exception {
        List<Row> rows = new ArrayList<>();
        try {
            for (int size : SIZES) {
                double grown = growTo(size);
                ArgoCdCost rest = ArgoCdCost.during(WINDOW);
                rest.parts().forEach((name, need) -> measured(size + ": " + name + " " + need));
                rows.add(changes(size, grown, rest));
                System.out.println("    " + rows.getLast());
            }
            measured("bytes: ApplicationSet " + bytes("applicationset/hello") + ", an Application "
                    + bytes("application/hello-staging") + ", the root " + bytes("application/hello"));
        } finally {
            takeAway();
        }
        slope(rows.getFirst(), rows.getLast());
    }

    private static Row changes(int size, double grown, ArgoCdCost rest) throws IOException {
        int other = 5 + SIZES.indexOf(size);
        ivan.change(FOLDER + "staging/values.yaml", "maxReplicas: [0-9]+", "maxReplicas: " + other, "One environment");
        double[] told = new double[1];
        double one = push(
                told,
                () -> field("hello-staging", "hpa/hello", ".spec.maxReplicas").equals("" + other));
        ivan.change(
                "gitops/chart/templates/deployment.yaml",
                "revisionHistoryLimit: [0-9]+",
                "revisionHistoryLimit: " + other,
                "All environments");
        double chart = push(
                new double[1],
                () -> deployments(".spec.revisionHistoryLimit").stream()
                                .filter(limit -> limit.equals("" + other))
                                .count()
                        == size);
        return new Row(size, grown, rest, told[0], one, chart);
    }

    /** Gives the seconds from a push until something holds, and puts those that the push took into {@code told}. */
    private static double push(double[] told, Callable<Boolean> holds) {
        long begin = System.nanoTime();
        ivan.git("push", "-q", "cluster");
        told[0] = (System.nanoTime() - begin) / 1e9;
        waitUntil("the change is there", PATIENCE, holds);
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Gives the seconds from the push of the new environments until all are synced, and waits until it is quiet. */
    private static double growTo(int size) throws IOException {
        List<String> names = names(applications().size() + 1, size);
        if (names.isEmpty()) {
            return 0;
        }
        System.out.println("    growing to " + size + " environments");
        Cluster.apply(names.stream().map(ScaleIT::namespace).collect(Collectors.joining("---\n")))
                .orFail();
        for (String name : names) {
            copyStaging(name);
        }
        ivan.git("add", FOLDER);
        ivan.git("commit", "-qm", "Environments: " + size);
        long begin = System.nanoTime();
        ivan.git("push", "-q", "cluster");
        waitLongUntil("all are there and synced", PATIENCE, () -> progress(applications(), "Synced Succeeded", size));
        double seconds = (System.nanoTime() - begin) / 1e9;
        // What has no pods changes a last time when Kubernetes gives up on it.
        String reason = ".status.conditions[?(@.type==\"Progressing\")].reason";
        waitLongUntil(
                "Kubernetes waits for none of them",
                PATIENCE,
                () -> progress(deployments(reason), "ProgressDeadlineExceeded", size - existing));
        return seconds;
    }

    private static boolean progress(List<String> states, String wanted, int size) {
        long there = states.stream().filter(state -> state.endsWith(wanted)).count();
        String now = there + " of " + size + " " + wanted;
        if (!now.equals(shown)) {
            System.out.println("    " + now);
        }
        shown = now;
        return there >= size;
    }

    private static List<String> names(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj("s%03d"::formatted).toList();
    }

    /** Off the line, so that the order of the environments stays as it is. */
    private static void copyStaging(String name) throws IOException {
        Path staging = ivan.folder().resolve(FOLDER + "staging");
        Path copy = Files.createDirectory(staging.resolveSibling(name));
        Files.copy(staging.resolve("image.yaml"), copy.resolve("image.yaml"));
        Files.writeString(
                copy.resolve("values.yaml"),
                Files.readString(staging.resolve("values.yaml")).replace("[staging.", "[" + name + "."));
    }

    private static String namespace(String name) {
        return """
                apiVersion: v1
                kind: Namespace
                metadata:
                  name: hello-NAME
                  labels:
                    app.kubernetes.io/part-of: hello
                    pod-security.kubernetes.io/enforce: restricted
                    pod-security.kubernetes.io/warn: restricted
                ---
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: no-pods, namespace: hello-NAME}
                spec: {hard: {pods: "0"}}
                """.replace("NAME", name);
    }

    /** Each Application of an environment: its name, whether it is synced, and how that ended. */
    private static List<String> applications() {
        String states = "jsonpath={range .items[*]}{.metadata.name} {.status.sync.status}"
                + " {.status.operationState.phase}" + EACH_LINE;
        return lines(kubectl("-n", "argocd", "get", "applications", "-l", OUR_APPLICATIONS, "-o", states));
    }

    private static List<String> deployments(String path) {
        String values = "jsonpath={range .items[*]}{" + path + "}" + EACH_LINE;
        return lines(kubectl("get", "deployments", "-A", "-l", "app.kubernetes.io/name=hello", "-o", values));
    }

    private static List<String> lines(CommandResult result) {
        return result.orFail().output().lines().toList();
    }

    private static int bytes(String object) {
        return kubectl("-n", "argocd", "get", object, "-o", "json", "--show-managed-fields")
                .orFail()
                .output()
                .replaceAll("\n *", "")
                .length();
    }

    /** Git first, as the ApplicationSet would make each Application again that git still has. */
    private static void takeAway() throws IOException {
        List<String> names = names(existing + 1, SIZES.getLast());
        ivan.git("revert", "-n", start + "..HEAD");
        ivan.git("commit", "-qm", "As before");
        ivan.git("push", "-q", "cluster");
        waitLongUntil("only those of before are left", PATIENCE, () -> {
            String refresh = ".metadata.annotations.argocd\\.argoproj\\.io/application-set-refresh";
            if (!field("argocd", "applicationset/hello", refresh).isEmpty()) {
                return false;
            }
            delete("applications", names);
            return applications().size() == existing;
        });
        delete("namespaces", names);
        Cluster.waitUntilAllIsWell();
    }

    private static void delete(String kind, List<String> names) {
        kubectl(Stream.concat(
                                Stream.of("-n", "argocd", "delete", kind, "--ignore-not-found", "--timeout=600s"),
                                names.stream().map(name -> "hello-" + name))
                        .toArray(String[]::new))
                .orFail();
    }

    private static void slope(Row first, Row last) {
        double more = last.environments - first.environments;
        assertThat(more).as("further environments").isPositive();
        Kubelet.Need before = first.rest.whole();
        Kubelet.Need after = last.rest.whole();
        measured("each further environment: %.2fm CPU, %.2f MiB, %.2f requests a second, %.2f s of a push to one"
                .formatted(
                        (after.cpu() - before.cpu()) / more,
                        (after.memory() - before.memory()) / more,
                        (last.rest.requests() - first.rest.requests()) / more,
                        (last.one - first.one) / more));
    }
}
