package hello.e2e;

import static hello.e2e.Cluster.allHealthy;
import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Cluster.withComponentDown;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop from a commit to an answer, and the ways back. The marks are those of the README; what is asserted is three
 * times that, so that a busy machine breaks nothing.
 */
@ClusterTest
class GitOpsLoopIT {

    /** Another one each time, so that the tests can run again on the same cluster. */
    private static final String GREETING = "Grüß Gott " + System.currentTimeMillis() % 100_000;

    @TempDir
    static Path folder;

    static Clone alice;
    static Clone bob;

    @BeforeAll
    static void clones() {
        alice = Clone.fresh(folder, "alice");
        bob = Clone.fresh(folder, "bob");
    }

    @Test
    @Order(1)
    @DisplayName("both hosts answer through the ingress, an unknown host gets 404")
    void hosts() throws Exception {
        assertThat(answer("staging")).contains("version ", "commit ", "pod hello-");
        assertThat(answer("production")).contains("version ", "commit ", "pod hello-");
        assertThat(Cluster.get("unknown.test").statusCode()).isEqualTo(404);
        measured("200, 200, 404");
    }

    @Test
    @Order(2)
    @DisplayName("a code change reaches curl: commit, image, bump, sync, answer")
    void codeChange() throws IOException {
        String commit = alice.changeCode("a change of code");
        CommandResult deploy = alice.make("deploy").orFail();
        double first = deploy.number("first answer with the new version ([0-9.]+) s after the push");
        double all = deploy.number("only new pods are ready ([0-9.]+) s after the push");
        measured("first new answer " + first + " s, only new pods " + all + " s after the bump's push");
        assertThat(answer("staging")).contains("commit " + commit);
        assertThat(first).isLessThanOrEqualTo(Cluster.SLACK * 5);
        assertThat(all).isLessThanOrEqualTo(Cluster.SLACK * 8);
    }

    @Test
    @Order(3)
    @DisplayName("deploy after commit --amend works")
    void amend() throws IOException {
        deployed();
        alice.git("commit", "-q", "--amend", "-m", "amended");
        CommandResult deploy = alice.make("deploy").orFail();
        assertThat(answer("staging")).contains("commit " + alice.git("rev-parse", "HEAD"));
        measured("first new answer " + deploy.number("first answer with the new version ([0-9.]+) s") + " s");
    }

    @Test
    @Order(4)
    @DisplayName("a values change pushed to git is synced")
    void valuesChange() throws IOException {
        alice.pull();
        alice.change(
                "gitops/environments/staging/values.yaml",
                "(?m)^(  name: staging)(\\n  message: .*)?$",
                "$1\n  message: " + GREETING,
                "Another greeting");
        alice.git("push", "-q", "cluster");
        double seconds = waitUntil(
                "staging greets with the new message", () -> answer("staging").startsWith(GREETING));
        measured("first new greeting " + seconds + " s after git push");
        assertThat(seconds).isLessThanOrEqualTo(Cluster.SLACK * 5);
    }

    @Test
    @Order(5)
    @DisplayName("two clones deploy in turn, and neither drops what the other did")
    void twoClones() throws IOException {
        String hers = deployed();
        bob.changeCode("Bob's change");
        CommandResult refused = bob.make("deploy");
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.output())
                .contains(
                        "has commits that are not in yours",
                        "alice: " + alice.git("log", "-1", "--format=%s", hers),
                        "git pull cluster main");
        pullAndKeepBoth(bob);
        String greeting = answer("staging").lines().findFirst().orElseThrow();
        String both = bob.git("rev-parse", "HEAD");
        bob.make("deploy").orFail();
        assertThat(answer("staging")).startsWith(greeting).contains("commit " + both);
        assertThat(bob.tryGit("merge-base", "--is-ancestor", hers, both).exitCode())
                .as("what Alice deployed is in what runs")
                .isZero();
        measured("refused once with the commits' names, then " + bob.git("rev-list", "--count", "HEAD")
                + " commits, both there");
    }

    /** Both changed the end of one file: Bob has a conflict to solve, as with any git server, and keeps both lines. */
    private static void pullAndKeepBoth(Clone clone) {
        if (clone.tryGit("pull", "-q", "--no-edit", "cluster", "main").exitCode() == 0) {
            return;
        }
        String file = "service/src/main/resources/application.properties";
        Cluster.run(clone.folder(), "sed", "-i.orig", "/^[<=>]\\{7\\}/d", file).orFail();
        Cluster.run(clone.folder(), "rm", file + ".orig").orFail();
        clone.git("commit", "-qam", "Bob merges");
    }

    @Test
    @Order(6)
    @DisplayName("promote brings staging's image to production, rollback takes it back")
    void promoteAndRollback() throws IOException {
        String before = Cluster.runningCommit("staging");
        alice.make("promote").orFail();
        assertThat(answer("production")).contains("commit " + before);
        alice.pull();
        String after = alice.changeCode("a change to take back");
        alice.make("deploy").orFail();
        assertThat(answer("production")).contains("commit " + before);
        CommandResult promote = alice.make("promote").orFail();
        assertThat(answer("production")).contains("commit " + after);
        CommandResult rollback = alice.make("rollback", "ENV=production").orFail();
        assertThat(answer("production")).contains("commit " + before);
        assertThat(answer("staging")).contains("commit " + after);
        // What a person took back does not come back by itself.
        CommandResult again = alice.make("promote");
        assertThat(again.exitCode()).isNotZero();
        assertThat(again.output()).contains("reverted");
        measured("promoted in " + promote.number("first answer with the new version ([0-9.]+) s") + " s, back in "
                + rollback.number("first answer with the new version ([0-9.]+) s") + " s");
    }

    @Test
    @Order(7)
    @DisplayName("whats-running follows an answer back to its commit and author, and names the link that is broken")
    void whatsRunning() throws Exception {
        String commit = deployed();
        String image = field("hello-staging", "deployment/hello", ".spec.template.spec.containers[0].image");
        CommandResult well = alice.make("whats-running").orFail();
        assertThat(well.output())
                .contains("http://" + Cluster.host("staging") + "/", "commit " + commit.substring(0, 12), image)
                .containsPattern("bump +[0-9a-f]{12} alice, .*: staging: image ")
                .containsPattern("source +" + alice.git("log", "-1", "--abbrev=12", "--format=%h %an, .*: %s", commit));
        assertBroken("nowhere", "'nowhere' is no environment");
        withComponentDown("argocd", "statefulset/argocd-application-controller", () -> {
            kubectl("-n", "hello-production", "delete", "ingress", "hello").orFail();
            assertBroken("production", "host: hello-production has no Ingress 'hello'");
            alice.greeting("staging");
            alice.git("push", "-q", "cluster");
            assertBroken("staging", "Argo CD: it does not have main's newest commit: .* alice, .*: Another greeting");
        });
        Cluster.waitUntilAllIsWell();
        alice.make("whats-running", "ENV=production").orFail();
        measured(well.output().lines().count() + " links, 3 of 3 faults named");
    }

    private static void assertBroken(String environment, String what) {
        CommandResult result = alice.make("whats-running", "ENV=" + environment);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        assertThat(result.output()).containsPattern("whats-running: " + what).contains("next: ");
    }

    @Test
    @Order(8)
    @DisplayName("argocd app sync and argocd app wait work, and a second sync changes nothing")
    void secondSync() {
        Cluster.waitUntilAllIsWell();
        Cluster.run(Cluster.ROOT, "make", "sync", "ENV=staging").orFail();
        String before = generations();
        Cluster.run(Cluster.ROOT, "make", "sync", "ENV=staging").orFail();
        Cluster.run(
                        Cluster.ROOT,
                        "local/argocd",
                        "app",
                        "wait",
                        "hello-staging",
                        "hello-production",
                        "platform",
                        "hello",
                        "--sync",
                        "--health",
                        "--timeout",
                        "120")
                .orFail();
        assertThat(generations()).isEqualTo(before);
        assertThat(allHealthy()).isTrue();
        measured(before.lines().count() + " objects, none changed");
    }

    @Test
    @Order(9)
    @DisplayName("bootstrap twice changes nothing")
    void bootstrapTwice() {
        Cluster.waitUntilAllIsWell();
        String before = generations();
        CommandResult up = Cluster.run(Cluster.ROOT, "make", "up").orFail();
        double seconds = up.number("Ready after ([0-9]+) s");
        assertThat(generations()).isEqualTo(before);
        measured("second make up " + seconds + " s, " + before.lines().count() + " objects, none changed");
        assertThat(seconds).isLessThanOrEqualTo(Cluster.SLACK * 20);
    }

    @Test
    @Order(10)
    @DisplayName("the chart installs with plain Helm, with no Argo CD, git server or registry")
    void plainHelm() throws Exception {
        String host = "equal-experts-helloworld.com";
        try {
            Cluster.run(Cluster.ROOT, "make", "install", "HOST=" + host).orFail();
            String answer = Cluster.get(host).body();
            assertThat(answer)
                    .contains("commit "
                            + Cluster.run(Cluster.ROOT, "git", "rev-parse", "HEAD")
                                    .line());
            waitUntil(
                    "two pods are ready",
                    () -> Integer.parseInt(field("hello", "deployment/hello", ".status.readyReplicas")) >= 2);
            Cluster.run(Cluster.ROOT, "helm", "--kube-context", Cluster.CONTEXT, "-n", "hello", "test", "hello")
                    .orFail();
            measured("answers by " + host + ", 2 pods, helm test passes");
        } finally {
            Cluster.run(
                    Cluster.ROOT,
                    "helm",
                    "--kube-context",
                    Cluster.CONTEXT,
                    "-n",
                    "hello",
                    "uninstall",
                    "hello",
                    "--wait");
            kubectl("delete", "namespace", "hello", "--wait=false");
        }
    }

    @Test
    @Order(11)
    @DisplayName("make doctor finds nothing missing on a platform that works")
    void doctor() {
        Cluster.waitUntilAllIsWell();
        long begin = System.nanoTime();
        CommandResult doctor = Cluster.run(Cluster.ROOT, "make", "doctor").orFail();
        double seconds = Math.round((System.nanoTime() - begin) / 1e8) / 10.0;
        long well =
                doctor.output().lines().filter(line -> line.startsWith("ok ")).count();
        assertThat(doctor.output())
                .containsPattern("ok +api ")
                .containsPattern("ok +clock ")
                .containsPattern("ok +git-server ")
                .containsPattern("ok +apps ");
        measured(well + " checks well, none missing, in " + seconds + " s");
        assertThat(seconds).isLessThanOrEqualTo(Cluster.SLACK * 5);
    }

    @Test
    @Order(12)
    @DisplayName("make sync brings at once what was pushed without a word to Argo CD")
    void pushThatNobodyTold() throws IOException {
        Cluster.waitUntilAllIsWell();
        String greeting = alice.greeting("staging");
        Cluster.run(alice.folder(), "env", "GIT_CLUSTER_TELL=later", "git", "push", "-q", "cluster")
                .orFail();
        long begin = System.nanoTime();
        alice.make("sync", "ENV=staging").orFail();
        assertThat(answer("staging")).startsWith(greeting);
        measured("there after %.1f s".formatted((System.nanoTime() - begin) / 1e9));
    }

    /** Sees to it that staging runs a commit of Alice's, the last one in her clone, and gives it. */
    private static String deployed() throws IOException {
        String commit = alice.git("rev-parse", "HEAD");
        if (!Cluster.runningCommit("staging").equals(commit)) { // as in a fresh clone, whose last commit is the bump
            alice.pull();
            commit = alice.changeCode("a change to build upon");
            alice.make("deploy").orFail();
        }
        return commit;
    }

    /**
     * Every object that belongs to the platform with its generation, which a write to its spec counts up. An
     * ApplicationSet's counts each refresh, too, so it is there with its spec.
     */
    private static String generations() {
        String kinds = "deployments,statefulsets,services,ingresses,hpa,pdb,networkpolicies,serviceaccounts,configmaps,"
                + "appprojects,namespaces,ingressclasses";
        String columns = "jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}"
                + " {.metadata.uid} {.metadata.generation}{\"\\n\"}{end}";
        Pattern ours = Pattern.compile("hello|argocd/|traefik|git/");
        return kubectl("get", kinds, "-A", "-o", columns)
                        .orFail()
                        .output()
                        .lines()
                        .filter(ours.asPredicate())
                        .sorted()
                        .collect(Collectors.joining("\n"))
                + "\nApplicationSet " + field("argocd", "applicationset/hello", ".spec");
    }
}
