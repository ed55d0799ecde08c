package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Cluster.runningCommit;
import static hello.e2e.Cluster.waitLongUntil;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Staging is given what does not work, image by image and commit by commit, while production is asked 100 times a
 * second.
 */
@ClusterTest
class BadReleaseIT {
    private static final int PER_SECOND = 100;

    /** What {@code make status} says where a commit cannot be rendered. */
    private static final String COMPARED = "(?s)hello-staging: Unknown .*ComparisonError ";

    private static final String VALUES = "gitops/environments/staging/values.yaml";

    @TempDir
    static Path folder;

    static Clone carol;

    /** Asks production from before the first test to after the last. */
    static Prober production;

    static int before;

    /** How often staging was given what does not work. */
    static int broken;

    /** When the bump of the running test was pushed. */
    static long released;

    @BeforeAll
    static void begin() {
        carol = Clone.fresh(folder, "carol");
        production = Prober.production();
        before = production.sent();
    }

    @BeforeEach
    void asTheClusterHasIt() {
        carol.git("fetch", "-q", "cluster");
        carol.git("reset", "-q", "--hard", "cluster/main");
    }

    @AfterEach
    void waitUntilHealthy() {
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(1)
    @DisplayName("an image that crashes: the old version keeps answering, deploy and status say why, rollback restores")
    void crash() throws IOException {
        String bad = carol.change(
                "service/src/main/resources/application.properties",
                "(?m)^micronaut.server.port=.*$",
                "micronaut.server.port=nowhere",
                "It crashes");
        try {
            // Kubernetes says it of the container, or, between two of its ends, by an event alone.
            String crashes = "(CrashLoopBackOff|Back-off restarting failed container)";
            badRelease(() -> deployFails(crashes + "[^$]*Error starting Micronaut"), crashes);
        } finally {
            takeBack(bad);
        }
    }

    @Test
    @Order(2)
    @DisplayName("a value that the schema refuses changes nothing, the status names it, and the next good commit syncs")
    void badValue() throws IOException {
        carol.change(VALUES, "\\z", "replicaCuont: 3\n", "A misspelt value");
        refused("replicaCuont", COMPARED);
    }

    @Test
    @Order(3)
    @DisplayName("broken YAML in git changes nothing, the status names the file, and the next good commit syncs")
    void brokenYaml() throws IOException {
        carol.change(VALUES, "\\z", "greeting: [an open end\n", "Broken YAML");
        refused("failed to parse .*values.yaml", COMPARED);
    }

    @Test
    @Order(4)
    @DisplayName("objects outside the AppProject are refused with all that came with them, the status names "
            + "them, and the next good commit syncs")
    void outsideTheProject() throws IOException {
        carol.write(
                "gitops/chart/templates/more.yaml",
                resource("bad-releases/more-than-allowed.yaml"),
                "More than allowed");
        refused(
                "ClusterRole is not permitted in project hello|namespace kube-system is not permitted in project"
                        + "|more-than-allowed.*not permitted",
                "hello-staging: (OutOfSync|Unknown) ");
        for (String object : new String[] {"clusterrole/more-than-allowed", "serviceaccount/more-than-allowed"}) {
            assertThat(field("kube-system", object, ".metadata.name"))
                    .as(object)
                    .isEmpty();
        }
    }

    @Test
    @Order(5)
    @DisplayName("an image that never gets ready: the old version keeps answering, deploy and status say why, "
            + "rollback restores")
    void neverReady() throws IOException {
        // Where the image is made it is tried out, too: only the cluster shows what is wrong with it.
        String bad = carol.write(
                "service/src/main/java/hello/NeverReady.java",
                resource("bad-releases/NeverReady.java"),
                "It never gets ready");
        try {
            badRelease(() -> deployFails("Readiness probe failed"), "containers with unready status");
        } finally {
            takeBack(bad);
        }
    }

    @Test
    @Order(6)
    @DisplayName(
            "an image that cannot be pulled: the old version keeps answering, the status says why, rollback restores")
    void notThere() {
        String commit = carol.git("rev-parse", "HEAD");
        String nowhere = "sha256:" + "0".repeat(64);
        badRelease(() -> carol.bump(commit.substring(0, 12), nowhere, commit), "ErrImagePull|ImagePullBackOff");
    }

    @Test
    @Order(7)
    @DisplayName("a Secret that is not there: the old version keeps answering, the status says why, and once it is made"
            + " the pods come by themselves")
    void secretThatIsNotThere() throws IOException {
        broken++;
        Symptom waits = Symptom.of("CreateContainerConfigError");
        String reason = ".status.conditions[?(@.type==\"Progressing\")].reason";
        carol.change(VALUES, "\\z", "envFrom: [{secretRef: {name: database}}]\n", "A Secret that nobody made");
        carol.git("push", "-q", "cluster");
        try {
            waitUntil(
                    "a pod waits for it",
                    () -> waits.matches(
                            kubectl("-n", "hello-staging", "get", "pods").output()));
            String status = Cluster.run(Cluster.ROOT, "make", "status").output();
            waits.isIn(status);
            assertThat(status).contains("secret \"database\" not found");
            assertThat(answer("staging")).contains("pod hello-");
            kubectl("-n", "hello-staging", "create", "secret", "generic", "database", "--from-literal=PASSWORD=x")
                    .orFail();
            measured("rolled out "
                    + waitUntil(
                            "the pods run",
                            () -> field("hello-staging", "deployment/hello", reason)
                                    .equals("NewReplicaSetAvailable"))
                    + " s after it was made");
        } finally {
            carol.git("revert", "--no-edit", "HEAD");
            carol.git("push", "-q", "cluster");
            waitUntil(
                    "all is well again without it",
                    () -> field("hello-staging", "deployment/hello", ".spec.template.spec.containers[0].envFrom")
                                    .isEmpty()
                            && Cluster.allHealthy());
            kubectl("-n", "hello-staging", "delete", "secret", "database", "--ignore-not-found");
        }
    }

    @Test
    @Order(8)
    @DisplayName("an object of a kind that the cluster does not know changes nothing, the status names it, and the next"
            + " good commit syncs")
    void kindThatIsNotThere() throws IOException {
        carol.change(
                VALUES,
                "\\z",
                "podMonitor: {enabled: true}\nnetworkPolicy: {metricsNamespaces: [monitoring]}\n",
                "A PodMonitor where there is no Prometheus");
        refused("PodMonitor", "hello-staging: (OutOfSync|Unknown) ");
    }

    @Test
    @Order(9)
    @DisplayName("production is isolated: while staging was broken, not one of production's requests was lost")
    void isolated() {
        assumeTrue(broken > 0, "staging was not broken: run it with rows before it");
        measured("staging broken " + broken + " times; " + (production.sent() - before) + " requests, "
                + production.losses() + " lost");
        assertThat(production.lost()).isEmpty();
        assertThat(production.answers()).as("one version, one greeting").hasSize(1);
    }

    /**
     * A release that does not work is given to staging, is called by its name within the progress deadline, and rolled
     * back.
     */
    private static void badRelease(Runnable release, String sign) {
        broken++;
        released = 0;
        String before = runningCommit("staging");
        String image = image();
        int deadline = Integer.parseInt(field("hello-staging", "deployment/hello", ".spec.progressDeadlineSeconds"));
        try (Prober prober = new Prober(host("staging"), PER_SECOND).awaitSteady()) {
            try {
                release.run();
                released = released == 0 ? System.nanoTime() : released;
                degradedWithin(deadline);
                assertThat(Cluster.run(Cluster.ROOT, "make", "status").output())
                        .containsPattern(sign)
                        .contains("has timed out progressing");
                assertThat(runningCommit("staging")).isEqualTo(before);
            } finally {
                if (!image().equals(image)) {
                    carol.make("rollback", "ENV=staging").orFail();
                }
            }
            assertThat(image()).isEqualTo(image);
            Cluster.waitUntilAllIsWell();
            prober.assertNoneLost();
            assertThat(prober.answers()).as("the old version, nothing else").hasSize(1);
        }
        assertThat(runningCommit("staging")).isEqualTo(before);
    }

    /** Argo CD calls staging Degraded soon after the progress deadline of its Deployment, which is in seconds. */
    private static void degradedWithin(int deadline) {
        waitLongUntil(
                "Argo CD calls it Degraded",
                () -> field("argocd", "application/hello-staging", ".status.health.status")
                        .equals("Degraded"));
        long seconds = Math.round((System.nanoTime() - released) / 1e9);
        measured("Degraded " + seconds + " s after the push, with a deadline of " + deadline + " s");
        assertThat(seconds).isLessThanOrEqualTo(deadline + 90);
    }

    /** What git says that staging runs. */
    private static String image() {
        carol.git("fetch", "-q", "cluster");
        return carol.tryGit("show", "cluster/main:gitops/environments/staging/image.yaml")
                .orFail()
                .output();
    }

    /** {@code make deploy} ends by itself, says what the cluster says, and what to do next. */
    private static void deployFails(String reason) {
        CommandResult deploy = carol.make("deploy");
        assertThat(deploy.exitCode()).isNotZero();
        assertThat(deploy.output())
                .contains("staging is not there", "make rollback ENV=staging")
                .containsPattern(reason);
        long seconds = Math.round(deploy.number("does not run commit \\S+ after ([0-9]+) s"));
        measured("make deploy gave up " + seconds + " s after the push");
        released = System.nanoTime() - seconds * 1_000_000_000L;
    }

    /** What was pushed with a bad release is taken back in the source, too. */
    private static void takeBack(String commit) {
        carol.git("fetch", "-q", "cluster");
        if (carol.tryGit("merge-base", "--is-ancestor", commit, "cluster/main").exitCode() == 0) {
            carol.pull();
            carol.git("revert", "--no-edit", commit);
            carol.git("push", "-q", "cluster");
        }
    }

    /** Pushes the clone's new commits, of which Argo CD makes nothing but a message; then takes the last one back. */
    private static void refused(String sign, String status) {
        broken++;
        String before = state();
        carol.git("push", "-q", "cluster");
        try {
            String messages = "range .status.conditions[*]}{.message} {end}"
                    + "{range .status.operationState.syncResult.resources[*]}{.message} {end}"
                    + "{.status.operationState.message";
            double seconds = waitUntil(
                    "Argo CD says so",
                    () -> field("argocd", "application/hello-staging", messages).matches("(?s).*(" + sign + ").*"));
            measured("named after " + seconds + " s");
            assertThat(Cluster.run(Cluster.ROOT, "make", "status").output())
                    .containsPattern(sign)
                    .containsPattern(status);
            assertThat(state()).as("what runs").isEqualTo(before);
            assertThat(answer("staging")).contains("pod hello-");
        } finally {
            carol.git("revert", "--no-edit", "HEAD");
            carol.git("push", "-q", "cluster");
        }
        measured("well again after " + Cluster.waitUntilAllIsWell() + " s");
    }

    /** What git decides of staging's objects: each with the number of changes to its spec. */
    private static String state() {
        return Cluster.kubectl(
                        "-n",
                        "hello-staging",
                        "get",
                        "deployments,services,ingresses,hpa,pdb,networkpolicies,serviceaccounts",
                        "-o",
                        "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}"
                                + " {.metadata.generation}{\"\\n\"}{end}")
                .orFail()
                .output();
    }
}
