package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.run;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Inventory.less;
import static hello.e2e.Inventory.objects;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the service runs upon becomes of another version while the service is asked. The platform is taken away and made
 * anew, which needs ten minutes: the class runs when it is asked for by name.
 */
@ClusterTest
@Tag("nightly")
class UpgradeIT {
    /** The first version whose whole loop was measured; a repository that begins later need not have it. */
    private static final String FORMER = "dcefa3ae42aebe064fc622b40849dbba064fd409";

    private static final int PER_SECOND = 100;

    /** How often each version deploys a change of one class, on the platform that it made. */
    private static final int DEPLOYS = 5;

    /** What each of those took, from the command to its end. */
    private static final List<Double> FORMER_SECONDS = new ArrayList<>();

    private static final List<Double> NEWEST_SECONDS = new ArrayList<>();

    @TempDir
    Path folder;

    private Clone former;
    private Clone newest;
    private MinikubeMark mark = new MinikubeMark("");

    /** As it was before, also where the test stopped half-way. This checkout may have changes that no commit has. */
    @AfterEach
    void newestAgain() {
        if (newest != null) {
            if (newest.make("up").exitCode() != 0) {
                newest.make("down").orFail();
                newest.make("up").orFail();
            }
            run(Cluster.ROOT, "make", "up").orFail(); // which keeps the way to the cluster
            mark.putBack();
            Cluster.waitUntilAllIsWell();
        }
    }

    @Test
    @Order(1)
    @DisplayName("a running cluster of the first version becomes one of this version under load: no request is lost, "
            + "no object is left over or missing")
    void fromTheFirstVersion() throws Exception {
        clones();
        run(Cluster.ROOT, "make", "down").orFail();
        Set<String> bare = objects();
        letTheNodeHaveItsImages();
        former.make("up").orFail();
        deploy(former, FORMER_SECONDS);
        newest.replaces(former);
        String before = ingressImage();
        String losses = upgradeUnderLoad();
        measured(before.equals(ingressImage()) ? "Traefik's image as before" : "another Traefik");
        deploy(newest, NEWEST_SECONDS);
        Set<String> upgraded = objects();
        newest.make("down").orFail();
        Set<String> bareAgain = objects();
        newest.make("up").orFail();
        Cluster.waitUntilAllIsWell();
        Set<String> fresh = objects();
        measured(upgraded.size() + " objects");
        SoftAssertions.assertSoftly(softly -> {
            softly.assertThat(losses).as("lost requests").isEqualTo("{}");
            softly.assertThat(less(upgraded, fresh)).as("left over").isEmpty();
            softly.assertThat(less(fresh, upgraded)).as("missing").isEmpty();
            softly.assertThat(less(bareAgain, bare)).as("left by make down").isEmpty();
        });
    }

    @Test
    @Order(2)
    @DisplayName("a change of one class is deployed in three quarters of the time that the first version took, at most")
    void deployTime() {
        assumeTrue(!NEWEST_SECONDS.isEmpty(), "the upgrade, which deploys by both versions, was not run");
        double ratio = median(NEWEST_SECONDS) / median(FORMER_SECONDS);
        measured("make deploy " + NEWEST_SECONDS + " s, by the first version " + FORMER_SECONDS + " s");
        measured("%.2f of the time".formatted(ratio));
        assertThat(ratio).isLessThanOrEqualTo(0.75);
    }

    private static double median(List<Double> seconds) {
        return seconds.stream().sorted().toList().get(seconds.size() / 2);
    }

    /** Each version's first deploy is left out: it makes what the later ones keep. */
    private static void deploy(Clone clone, List<Double> seconds) throws IOException {
        for (int i = 0; i <= DEPLOYS; i++) {
            clone.changeClass("deploy " + i);
            long begin = System.nanoTime();
            clone.make("deploy").orFail();
            if (i > 0) {
                seconds.add(Math.round((System.nanoTime() - begin) / 1e8) / 10.0);
            }
        }
    }

    private void clones() {
        assumeTrue(
                run(Cluster.ROOT, "git", "cat-file", "-e", FORMER + "^{commit}").exitCode() == 0,
                "this clone has no commit " + FORMER.substring(0, 7) + ": git fetch --unshallow may bring it");
        former = Clone.of(folder, "former");
        former.git("reset", "-q", "--hard", FORMER);
        assumeTrue(
                Files.isDirectory(former.folder().resolve("gitops/charts/hello")),
                "the service had another name in commit " + FORMER.substring(0, 7));
        newest = Clone.of(folder, "newest");
        newest.takeWhatIsBuilt();
        mark = MinikubeMark.taken();
    }

    /** Gives what production lost, by reason. */
    private String upgradeUnderLoad() throws IOException {
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            long begin = System.nanoTime();
            newest.make("up").orFail();
            newest.release("deployed after the upgrade");
            measured("upgraded in %.0f s".formatted((System.nanoTime() - begin) / 1e9));
            prober.report();
            return prober.lost().toString();
        }
    }

    private static String ingressImage() {
        return kubectl("-n", "traefik", "get", "pods", "-o", "jsonpath={.items[0].status.containerStatuses[0].imageID}")
                .orFail()
                .line();
    }

    /** An image of the former version that cannot be had is stood for by this version's, under the former name. */
    private void letTheNodeHaveItsImages() throws IOException {
        for (String file : List.of("gitops/platform/deployment.yaml", "local/registry.yaml")) {
            String image = image(former, file);
            if (!canBeHad(image)) {
                String present = image(newest, file).replaceFirst("@.*", "");
                run(Cluster.ROOT, "minikube", "-p", Cluster.CONTEXT, "image", "tag", present, image)
                        .orFail();
                measured(image + " cannot be had: " + present + " stands for it");
            }
        }
    }

    private static String image(Clone clone, String file) throws IOException {
        Matcher image = Pattern.compile("image: (\\S+)")
                .matcher(Files.readString(clone.folder().resolve(file)));
        assertThat(image.find()).as("an image in " + file).isTrue();
        return image.group(1);
    }

    private static boolean canBeHad(String image) {
        kubectl("run", "image", "--image=" + image, "--restart=Never", "--command", "--", "none")
                .orFail();
        try {
            waitUntil("the node has tried to get " + image, () -> !reason().matches("|ContainerCreating"));
            return !reason().matches("ErrImagePull|ImagePullBackOff");
        } finally {
            kubectl("delete", "pod", "image", "--now").orFail();
        }
    }

    private static String reason() {
        return field("default", "pod/image", ".status.containerStatuses[0].state.*.reason");
    }
}
