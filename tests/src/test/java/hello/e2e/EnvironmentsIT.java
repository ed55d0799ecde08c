package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments come, are passed through, are frozen, and go, each without touching the others. */
@ClusterTest
class EnvironmentsIT {
    private static final String ORDER = "gitops/environments/order";
    private static final String QA = "gitops/environments/qa";
    private static final String PRODUCTION = "application/hello-production";
    private static final String WHY = "the audit: 100% quiet, until Friday";

    @TempDir
    static Path folder;

    static Clone dana;

    @BeforeAll
    static void makeClone() {
        dana = Clone.fresh(folder, "dana");
    }

    @Test
    @Order(1)
    @DisplayName("a third environment comes by a folder and a line, is promoted through, and goes with its namespace; "
            + "the others' pods stay")
    void third() throws IOException {
        Cluster.waitUntilAllIsWell();
        List<String> before = othersPods();
        add();
        CommandResult which = dana.make("promote");
        assertThat(which.exitCode()).isNotZero();
        assertThat(which.output()).contains("say TO=, one of: qa production");
        CommandResult first = dana.make("promote", "TO=qa").orFail();
        assertThat(answer("qa")).startsWith("Hello, qa!").contains("commit " + Cluster.runningCommit("staging"));
        assertThat(othersPods()).as("the others' pods").isEqualTo(before);

        String former = Cluster.runningCommit("production");
        dana.pull();
        String commit = dana.changeCode("a change for three environments");
        dana.make("deploy").orFail();
        dana.make("promote", "TO=qa").orFail();
        assertThat(List.of(answer("staging"), answer("qa"))).allMatch(said -> said.contains("commit " + commit));
        assertThat(answer("production")).contains("commit " + former);
        dana.make("promote", "TO=production").orFail();
        assertThat(answer("production")).contains("commit " + commit);

        Cluster.waitUntilAllIsWell();
        List<String> after = othersPods();
        takeAway();
        assertThat(othersPods()).as("the others' pods").isEqualTo(after);
        Cluster.waitUntilAllIsWell();
        measured("answered " + first.number("first answer with the new version ([0-9.]+) s")
                + " s after its bump, then three in a row; taken away, and " + after.size()
                + " pods of the others were the same before and after");
    }

    /** What README says. */
    private static void add() throws IOException {
        Path qa = Files.createDirectory(dana.folder().resolve(QA));
        Files.writeString(
                qa.resolve("values.yaml"),
                Files.readString(qa.resolveSibling("staging").resolve("values.yaml"))
                        .replace("name: staging", "name: qa")
                        .replaceFirst("(?m)^  message: .*\\n", "")
                        .replace("[staging.", "[qa."));
        dana.git("add", QA);
        dana.change(ORDER, "(?m)^production$", "qa\nproduction", "A third environment");
        dana.git("push", "-q", "cluster");
    }

    /** A folder that goes away takes nothing with it; a person's word does, once git says the same. */
    private static void takeAway() throws IOException {
        CommandResult early = dana.make("remove", "ENV=qa");
        assertThat(early.exitCode()).isNotZero();
        assertThat(early.output()).contains("has " + QA, "git rm -r " + QA);
        dana.pull();
        dana.git("rm", "-q", "-r", QA);
        dana.change(ORDER, "(?m)^qa\\n", "", "Two environments again");
        dana.git("push", "-q", "cluster");
        waitUntil(
                "Argo CD has seen that the folder is gone",
                () -> field("argocd", "application/hello-qa", ".status.sync.status")
                        .equals("Unknown"));
        assertThat(answer("qa")).startsWith("Hello, qa!");
        assertThat(dana.make("status").output()).contains("make remove ENV=qa");
        dana.make("remove", "ENV=qa").orFail();
        assertThat(kubectl("get", "namespace", "hello-qa").output()).contains("NotFound");
        assertThat(kubectl("-n", "argocd", "get", "application", "hello-qa").output())
                .contains("NotFound");
        CommandResult again = dana.make("remove", "ENV=qa");
        assertThat(again.output()).contains("the cluster has no environment 'qa'");
    }

    @Test
    @Order(2)
    @DisplayName("a frozen environment: bump, promotion, rollback and what is pushed leave it as it is, drift heals, "
            + "page and status say why; thawed, it catches up")
    void frozen() throws IOException {
        Cluster.waitUntilAllIsWell();
        dana.pull();
        dana.changeCode("a change that production waits for");
        dana.make("deploy").orFail();
        List<String> before = settled("production");
        CommandResult freeze =
                dana.make("freeze", "ENV=production", "WHY=" + WHY).orFail();
        try {
            refusesAll();
            pushesChanges();
            assertThat(field("hello-production", "deployment/hello", ".spec.revisionHistoryLimit"))
                    .isEqualTo("3");
            double healed = heals();
            saysWhy();
            assertThat(field("hello-production", "deployment/hello", ".spec.revisionHistoryLimit"))
                    .isEqualTo("3");
            assertThat(field("hello-production", "hpa/hello", ".spec.maxReplicas"))
                    .isEqualTo("4");
            CommandResult thaw = dana.make("thaw", "ENV=production").orFail();
            waitUntil(
                    "production has what was pushed",
                    () -> field("hello-production", "deployment/hello", ".spec.revisionHistoryLimit")
                                    .equals("4")
                            && field("hello-production", "hpa/hello", ".spec.maxReplicas")
                                    .equals("5"));
            assertThat(field("argocd", PRODUCTION, ".spec.info[?(@.name==\"Frozen\")].value"))
                    .isEqualTo("no");
            assertThat(pods("production")).as("its pods").isEqualTo(before);
            dana.make("promote").orFail();
            measured("frozen " + freeze.number("\\[ *([0-9]+) s\\] production is frozen") + " s after the command, "
                    + "deleted budget back after " + healed + " s, thawed after "
                    + thaw.number("\\[ *([0-9]+) s\\] production follows") + " s; same pods all the time");
        } finally {
            dana.make("thaw", "ENV=production");
            dana.pull();
            dana.tryGit("revert", "--no-edit", ":/Four instead of three", ":/Five instead of four");
            dana.git("push", "-q", "cluster");
        }
    }

    private static void refusesAll() {
        CommandResult promote = dana.make("promote");
        assertThat(promote.exitCode()).isNotZero();
        assertThat(promote.output()).contains("production is frozen since ", " by dana: " + WHY, "make thaw");
        CommandResult rollback = dana.make("rollback", "ENV=production");
        assertThat(rollback.exitCode()).isNotZero();
        assertThat(rollback.output()).contains("production is frozen since ", "First: make thaw ENV=production");
    }

    /** One of the chart, which staging gets, and one of production's own values. */
    private static void pushesChanges() throws IOException {
        dana.pull();
        dana.change(
                "gitops/chart/templates/deployment.yaml",
                "revisionHistoryLimit: 3",
                "revisionHistoryLimit: 4",
                "Four instead of three");
        dana.change(
                "gitops/environments/production/values.yaml",
                "maxReplicas: 4",
                "maxReplicas: 5",
                "Five instead of four");
        dana.git("push", "-q", "cluster");
        waitUntil(
                "staging has the changed chart",
                () -> field("hello-staging", "deployment/hello", ".spec.revisionHistoryLimit")
                        .equals("4"));
    }

    private static double heals() {
        String uid = field("hello-production", "pdb/hello", ".metadata.uid");
        kubectl("-n", "hello-production", "delete", "pdb", "hello").orFail();
        return waitUntil(
                "the budget is back",
                () -> !List.of("", uid).contains(field("hello-production", "pdb/hello", ".metadata.uid")));
    }

    private static void saysWhy() {
        assertThat(dana.make("status").output()).containsPattern("frozen since [-0-9]+ [0-9:]+ UTC by dana: " + WHY);
        assertThat(field("argocd", PRODUCTION, ".spec.info[?(@.name==\"Frozen\")].value"))
                .startsWith("since ")
                .endsWith("by dana: " + WHY);
        waitUntil(
                "production is in sync",
                () -> field("argocd", PRODUCTION, ".status.sync.status").equals("Synced"));
        assertThat(field("argocd", PRODUCTION, ".spec.source.targetRevision")).matches("[0-9a-f]{40}");
        dana.make("whats-running", "ENV=production").orFail();
    }

    private static List<String> othersPods() {
        return List.of("staging", "production").stream()
                .flatMap(environment -> settled(environment).stream())
                .toList();
    }

    /** Its pods, once those of the release before have ended. */
    private static List<String> settled(String environment) {
        waitUntil(
                environment + " has its ready pods alone",
                () -> pods(environment).size() == Cluster.readyReplicas(environment));
        return pods(environment);
    }
}
