package hello.e2e;

import static hello.e2e.Cluster.answer;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.JobRights;
import hello.support.PrivateServer;
import hello.support.PushFilter;
import hello.support.Repository;
import hello.support.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workflows of a public repository, where nobody types a command: a push, and what comes of it in the cluster. */
@ClusterTest
class WorkflowRunIT {
    @TempDir
    static Path folder;

    private static OutsideServers outside;
    private static PrivateServer git;
    private static WorkflowRun github;
    private static Clone ada;

    @BeforeAll
    static void start() throws IOException {
        outside = new OutsideServers(folder);
        outside.registry(OutsideServers.REGISTRY);
        outside.relay();
        outside.repository(Cluster.ROOT, "hello");
        JobRights rights = new JobRights();
        git = PrivateServer.git(outside.machine, folder, rights.gate("contents").openToReaders());
        String repo = git.url("hello.git");
        github =
                new WorkflowRun(Files.createDirectory(folder.resolve("github")), repo, OutsideServers.REGISTRY, rights);
        ada = Clone.of(folder, "ada");
        ada.git("remote", "set-url", "origin", repo);
        ada.git(
                "remote",
                "set-url",
                "--push",
                "origin",
                folder.resolve("hello.git").toString());
        ada.make("up", "REPO=" + repo, "IMAGE=" + OutsideServers.image(WorkflowRun.NAME))
                .orFail();
    }

    @AfterAll
    static void stop() {
        assumeTrue(outside != null);
        try {
            outside.close();
        } finally {
            if (github != null) {
                github.close();
            }
            if (git != null) {
                git.close();
            }
        }
    }

    @Test
    @DisplayName("release and promote run from their own files, by act: a commit becomes an image, a bump, a pull"
            + " request, and each environment's answer")
    void releaseAndPromote() throws IOException {
        String commit = ada.changeCode("a change for the workflows");
        ada.git("push", "-q", "origin", "HEAD:main");
        assertThat(starts("release.yml")).as("the commit starts a release").isTrue();
        Path checkout = checkout();
        long began = System.nanoTime();
        github.run(checkout, "push", "release.yml").orFail();
        measured("release %.0f s".formatted((System.nanoTime() - began) / 1e9));
        answers("staging", commit);
        signedAndAttested();
        ada.git("pull", "-q", "origin", "main");
        assertThat(starts("release.yml")).as("the bump starts no release").isFalse();
        String branch = proposed(checkout, commit);
        ada.git("pull", "-q", "--no-edit", "--no-rebase", "origin", branch);
        ada.git("push", "-q", "origin", "HEAD:main");
        answers("production", commit);
        Cluster.waitUntilAllIsWell();
    }

    /** Whether the last commit starts a workflow, by that commit's own file. */
    private static boolean starts(String workflow) {
        List<String> changed = ada.tryGit("diff", "--name-only", "HEAD^", "HEAD")
                .orFail()
                .output()
                .lines()
                .toList();
        Map<String, Object> file = Yaml.document(
                Repository.read(ada.folder().resolve(".github/workflows").resolve(workflow)));
        return PushFilter.starts(file, "main", changed);
    }

    private static void answers(String environment, String commit) {
        // As a webhook of the repository does; else Argo CD looks once a minute.
        Cluster.run(Cluster.ROOT, "local/git-cluster", "refresh", Cluster.CONTEXT, "hello")
                .orFail();
        waitUntil(environment + " answers", () -> answer(environment).contains("commit " + commit));
    }

    private static void signedAndAttested() {
        String image = github.record("signed").getFirst().replace("sign --yes ", "");
        assertThat(image).startsWith(WorkflowRun.HOST + "/" + WorkflowRun.NAME + "@sha256:");
        assertThat(github.record("attested"))
                .containsExactly(
                        image + " provenance", image + " image-amd64/sbom.json", image + " image-arm64/sbom.json");
        assertThat(github.record("scanned"))
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allMatch(line -> line.endsWith(" high"));
    }

    /** Runs <i>promote</i>, first without the right to push; gives the pull request's branch. */
    private static String proposed(Path checkout, String commit) throws IOException {
        CommandResult refused = github.run(
                checkout,
                "workflow_dispatch",
                "promote.yml",
                text -> text.replace("contents: write", "contents: read"));
        assertThat(refused.exitCode()).as(refused.output()).isNotZero();
        assertThat(refused.output()).contains("The requested URL returned error: 403");
        measured("without its right promote was refused");
        github.run(checkout, "workflow_dispatch", "promote.yml").orFail();
        String branch = "promote/production-" + commit.substring(0, 12);
        assertThat(github.record("gh")).anyMatch(line -> line.startsWith("pr create --base main --head " + branch));
        return branch;
    }

    /** What is on main, in a clone that GitHub's address names: act takes the repository's name from it. */
    private static Path checkout() {
        Path checkout = folder.resolve("checkout");
        Cluster.run(folder, "git", "clone", "-q", ada.folder().toString(), checkout.toString())
                .orFail();
        Cluster.run(checkout, "git", "remote", "set-url", "origin", "https://github.com/" + WorkflowRun.NAME)
                .orFail();
        return checkout;
    }
}
