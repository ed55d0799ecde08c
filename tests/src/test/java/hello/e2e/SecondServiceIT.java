package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second service is a renamed copy of this repository, which shares the cluster with the first. */
@ClusterTest
class SecondServiceIT {
    private static final String SECOND = "twin.test";

    @TempDir
    static Path folder;

    static Clone first;
    static Clone second;

    @BeforeAll
    static void rename() throws IOException {
        first = Clone.fresh(folder, "heidi");
        second = Clone.of(folder, "grace");
        second.make("rename", "NAME=twin", "PACKAGE=com.example.twin").orFail();
        second.takeWhatIsBuilt();
        askForLess();
    }

    /** The requests of two services, and of what a rollout adds, have to fit on a node of two CPUs. */
    private static void askForLess() throws IOException {
        for (String environment : List.of("staging", "production")) {
            Files.writeString(
                    second.folder().resolve("gitops/environments/" + environment + "/values.yaml"),
                    "resources:\n  requests:\n    cpu: 50m\n",
                    StandardOpenOption.APPEND);
        }
        second.git("commit", "-qam", "Less CPU for each pod");
    }

    @Test
    @Order(1)
    @DisplayName("a second service is a renamed copy: it comes up beside the first, both deploy, no request is lost")
    void besideTheFirst() throws IOException {
        try (Prober ofTheFirst = new Prober(Cluster.host("production"), 30).awaitSteady()) {
            double up = second.make("up").orFail().number("Ready after ([0-9]+) s");
            assertThat(answer(SECOND)).contains("Hello, world!", "pod twin-");
            try (Prober ofTheSecond = new Prober(SECOND, 30).awaitSteady()) {
                String commit = second.changeCode("a change of the second service");
                second.make("deploy").orFail();
                second.make("promote").orFail();
                assertThat(answer(SECOND)).contains("commit " + commit);
                String other = first.changeCode("a change of the first service");
                first.make("deploy").orFail();
                assertThat(Cluster.answer("staging")).contains("commit " + other, "pod hello-");
                assertThat(second.make("up").orFail().output()).contains("Ready after");
                measured("make up %.0f s".formatted(up));
                ofTheSecond.assertNoneLost();
            }
            ofTheFirst.assertNoneLost();
        }
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(2)
    @DisplayName("neither of two services can touch the other's namespaces, repository or image")
    void apart() {
        for (List<String> pair : List.of(List.of("hello", "twin"), List.of("twin", "hello"))) {
            String one = pair.getFirst();
            String other = pair.getLast();
            assertThat(message(one, repository(one), other + "-staging"))
                    .contains("do not match any of the allowed destinations");
            assertThat(message(one, repository(other), one + "-staging")).contains("is not permitted");
            String image = field(other + "-staging", "deployment/" + other, ".spec.template.spec.containers[0].image");
            CommandResult taken =
                    kubectl("-n", one + "-staging", "set", "image", "deployment/" + one, one + "=" + image);
            assertThat(taken.exitCode()).as(taken.output()).isNotZero();
            assertThat(taken.output()).contains(one + "-image", "denied request");
        }
        measured("refused for each: the other's namespace, repository and image");
    }

    @Test
    @Order(3)
    @DisplayName("make down of one service leaves the other, which keeps from then on what both shared")
    void downOfOne() throws IOException {
        try (Prober prober = new Prober(SECOND, 30).awaitSteady()) {
            String main = mainOfTheFirst();
            CommandResult down = Cluster.run(Cluster.ROOT, "make", "down").orFail();
            assertThat(down.output()).contains("'twin' keeps Argo CD", "left in the registry that all share: ");
            saved(down, main);
            assertThat(namespaces())
                    .contains("twin-staging", "twin-production", "argocd", "traefik", "git", "registry")
                    .doesNotContain("hello-staging", "hello-production");
            assertThat(kubectl("get", "validatingadmissionpolicies", "-o", "name")
                            .orFail()
                            .output())
                    .contains("twin-image", "twin-ingress-rights")
                    .doesNotContain("hello-");
            second.changeCode("a change without the first service");
            second.make("deploy").orFail();
            Cluster.run(Cluster.ROOT, "make", "up").orFail();
            prober.assertNoneLost();
        }
        try (Prober prober = new Prober(Cluster.host("production"), 30).awaitSteady()) {
            assertThat(second.make("down").orFail().output()).contains("'hello' keeps Argo CD");
            assertThat(namespaces()).doesNotContain("twin-staging", "twin-production");
            prober.assertNoneLost();
        }
        Cluster.waitUntilAllIsWell();
    }

    @Test
    @Order(4)
    @DisplayName("make down leaves nothing in the cluster and every commit in the clone; make up begins anew")
    void downOfAll() {
        MinikubeMark mark = MinikubeMark.taken();
        try {
            String main = mainOfTheFirst();
            CommandResult down = Cluster.run(Cluster.ROOT, "make", "down").orFail();
            assertThat(down.output()).contains("minikube stays").doesNotContain("left alone");
            saved(down, main);
            assertThat(ofThePlatform()).isEmpty();
        } finally {
            CommandResult up = Cluster.run(Cluster.ROOT, "make", "up");
            up.orFail();
            mark.putBack();
            measured("make up %.0f s".formatted(up.number("Ready after ([0-9]+) s")));
        }
        Cluster.waitUntilAllIsWell();
    }

    /** The newest commit in the cluster's repository, which only another clone knows. */
    private static String mainOfTheFirst() {
        first.git("fetch", "-q", "cluster");
        return first.git("rev-parse", "cluster/main");
    }

    private static void saved(CommandResult down, String main) {
        String ref = "refs/saved/cluster-" + main.substring(0, 12);
        assertThat(down.output()).contains("are kept as " + ref);
        assertThat(Cluster.run(Cluster.ROOT, "git", "rev-parse", ref).line()).isEqualTo(main);
    }

    /** Objects with a name of the platform's or of a service's, of every kind that can be listed. */
    private static List<String> ofThePlatform() {
        String each = "kubectl --context \"$0\" api-resources --verbs=list -o name | sort -u | paste -sd, -";
        String kinds =
                Cluster.run(Cluster.ROOT, "bash", "-c", each, Cluster.CONTEXT).line();
        return kubectl("get", kinds, "-A", "--ignore-not-found", "-o", "name")
                .orFail()
                .output()
                .lines()
                .filter(object -> object.matches(".*(argo|traefik|hello|twin|/(git|registry)\\b).*"))
                .filter(object -> !object.startsWith("event"))
                .toList();
    }

    /** What Argo CD says of an Application of this service's project, which goes away again. */
    private static String message(String project, String repository, String namespace) {
        String application = Cluster.resource("access/application.yaml")
                .replace("project: hello", "project: " + project)
                .replace("REPOSITORY", repository)
                .replace("FOLDER", "gitops/platform")
                .replace("NAMESPACE", namespace);
        Cluster.apply(application).orFail();
        try {
            waitUntil("Argo CD has looked at it", () -> !conditions().isEmpty());
            return conditions();
        } finally {
            kubectl("-n", "argocd", "delete", "application", "refused").orFail();
        }
    }

    private static String conditions() {
        return field("argocd", "application/refused", ".status.conditions[*].message");
    }

    private static String repository(String application) {
        return "git://git.git.svc.cluster.local/" + application + ".git";
    }

    private static String answer(String host) {
        try {
            return Cluster.get(host).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> namespaces() {
        return kubectl("get", "namespaces", "-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}")
                .orFail()
                .output()
                .lines()
                .toList();
    }
}
