package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry in the cluster is rid of what nobody wants any more. */
@ClusterTest
class PruneIT {
    private static final String TAGS = "/var/lib/registry/docker/registry/v2/repositories/hello/_manifests/tags";

    @TempDir
    static Path folder;

    @Test
    @DisplayName("make prune frees the registry in the cluster of images that no environment has had lately; what runs,"
            + " and what it goes back to, stays")
    void prune() throws Exception {
        Clone gail = Clone.fresh(folder, "gail");
        String staging = digest("staging");
        String unwanted;
        try (Registry registry = new Registry()) {
            unwanted = registry.again(staging, "unwanted");
            age();
            assertThat(registry.has(unwanted)).isTrue();
        }
        measured(gail.make("prune").orFail().line().replaceFirst("^\\[.*?] ", ""));
        try (Registry registry = new Registry()) {
            assertThat(registry.has(unwanted)).as("the unwanted image").isFalse();
            assertThat(registry.tags()).doesNotContain("unwanted");
            assertThat(registry.has(staging)).as("staging's").isTrue();
            assertThat(registry.has(digest("production"))).as("production's").isTrue();
        }
        takesAndGivesImages(gail, staging);
    }

    /** All images are of the year before. */
    private static void age() {
        String touch = "find " + TAGS + " -mindepth 1 -maxdepth 1 -exec touch -t 202501010000 {} +";
        kubectl("-n", "registry", "exec", "deployment/registry", "--", "sh", "-c", touch)
                .orFail();
    }

    /** A push goes through, the node pulls what it has never seen, and the image from before comes back. */
    private static void takesAndGivesImages(Clone clone, String before) throws Exception {
        clone.git("commit", "-q", "--allow-empty", "-m", "After the clean-up");
        clone.git("push", "-q", "cluster");
        String commit = clone.git("rev-parse", "HEAD");
        String tag = commit.substring(0, 12);
        String digest;
        try (Registry registry = new Registry()) {
            digest = registry.again(before, tag);
        }
        clone.bump(tag, digest, commit);
        waitUntil("staging has the new image", () -> digest("staging").equals(digest));
        waitUntil("all is well", Wellness::everything);
        clone.make("rollback", "ENV=staging").orFail();
        assertThat(digest("staging")).isEqualTo(before);
    }

    private static String digest(String environment) {
        return field("hello-" + environment, "deployment/hello", ".spec.template.spec.containers[0].image")
                .replaceFirst(".*@", "");
    }
}
