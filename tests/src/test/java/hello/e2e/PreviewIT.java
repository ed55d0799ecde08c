package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A branch is looked at as it would run, before anything of it is in main. */
@ClusterTest
class PreviewIT {
    private static final String NAMESPACE = "hello-preview-new-page";

    @TempDir
    static Path folder;

    @Test
    @DisplayName(
            "make preview brings a branch as an environment of its own, a rebased one, too; make preview-down takes"
                    + " it away, and main never knows")
    void branch() throws IOException, InterruptedException {
        Clone judy = Clone.fresh(folder, "judy");
        String main = judy.git("rev-parse", "cluster/main");
        List<String> pods = pods();
        judy.git("checkout", "-q", "-b", "new-page");
        String commit = judy.changeCode("a new page");
        CommandResult preview = judy.make("preview").orFail();
        String host = field(NAMESPACE, "ingress/hello", ".spec.rules[0].host");
        assertThat(host).isEqualTo("new-page." + Cluster.host("staging"));
        assertThat(Cluster.get(host).body()).contains("preview-new-page", "commit " + commit);
        judy.git("commit", "-q", "--amend", "-m", "a new page, in other words");
        judy.make("preview").orFail();
        assertThat(Cluster.get(host).body()).contains("commit " + judy.git("rev-parse", "HEAD"));
        assertThat(judy.make("status").orFail().output()).containsPattern("preview-new-page +[0-9a-f]{12} ");
        assertThat(judy.make("preview-down").orFail().output()).contains("gone");
        assertThat(kubectl("get", "namespace", NAMESPACE, "--ignore-not-found")
                        .orFail()
                        .output())
                .isEmpty();
        judy.git("fetch", "-q", "cluster");
        assertThat(judy.git("rev-parse", "cluster/main")).isEqualTo(main);
        assertThat(pods()).as("the other environments' pods").isEqualTo(pods);
        assertThat(judy.tryGit("status", "--porcelain", "--untracked-files=no")
                        .orFail()
                        .output())
                .isEmpty();
        measured("first answer " + preview.number("first answer with the new version ([0-9.]+) s")
                + " s after the branch's push");
    }

    @Test
    @DisplayName("a branch whose chart writes into production is refused, and production stays as it is")
    void outOfItsNamespace() throws IOException {
        Clone judy = Clone.fresh(folder, "judy-2");
        judy.git("checkout", "-q", "-b", "far");
        judy.write(
                "gitops/chart/templates/far.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: far, namespace: hello-production}}",
                "Too far");
        CommandResult preview = judy.make("preview", "TIMEOUT=30");
        try {
            assertThat(preview.exitCode()).isNotZero();
            Symptom.of("… is not permitted in project 'hello-preview'").isIn(preview.output());
            assertThat(preview.output()).contains("namespace hello-production is not permitted");
            assertThat(field("hello-production", "configmap/far", ".metadata.name"))
                    .isEmpty();
        } finally {
            judy.make("preview-down").orFail();
        }
        measured("refused");
    }

    private static List<String> pods() {
        return List.of(
                Cluster.pods("staging").toString(), Cluster.pods("production").toString());
    }
}
