package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Symptom;
import hello.support.Yaml;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The git server and the registry of a laptop: what listens cannot write, and what is broken does not get in. */
class StandInsTest {

    @TempDir
    private Path folder;

    @Test
    void theContainerThatListensToTheClusterCannotWrite() {
        Map<String, Object> pod = pod("git.yaml");
        List<Map<String, Object>> listening = Yaml.mapsAt(pod, "containers").stream()
                .filter(container -> container.containsKey("ports"))
                .toList();
        assertThat(listening).hasSize(1);
        assertThat(Yaml.mapsAt(listening.getFirst(), "volumeMounts"))
                .isNotEmpty()
                .allMatch(mount -> Boolean.TRUE.equals(mount.get("readOnly")));
    }

    @Test
    void argoCdsRepoServerAloneReachesTheGitServer() {
        Map<String, Object> policy = Yaml.mapAt(object("git.yaml", "NetworkPolicy"), "spec");
        assertThat(policy.get("policyTypes")).isEqualTo(List.of("Ingress", "Egress"));
        // Nothing may go out. An empty list would say so, too, but is not stored, and so set anew by each `make up`.
        assertThat(policy).doesNotContainKey("egress");
        assertThat(policy.get("ingress").toString())
                .isEqualTo("[{from=[{namespaceSelector={matchLabels={kubernetes.io/metadata.name=argocd}}, "
                        + "podSelector={matchLabels={app.kubernetes.io/name=argocd-repo-server}}}], "
                        + "ports=[{port=git}]}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"git.yaml", "registry.yaml"})
    void eachContainerHasItsShareOfTheDisk(String file) {
        Map<String, Object> pod = pod(file);
        assertThat(Stream.of("containers", "initContainers")
                        .filter(pod::containsKey)
                        .flatMap(kind -> Yaml.mapsAt(pod, kind).stream()))
                .isNotEmpty()
                .allSatisfy(container -> assertThat(container.get("resources").toString())
                        .containsPattern("requests=.*ephemeral-storage.*limits=.*ephemeral-storage"));
    }

    @Test
    void theRepositoryRefusesABrokenCommitAndAnotherHistory() {
        String setUp = Repository.read("local/new-repository.sh");
        Workplace place = new Workplace(folder, "clone");
        place.must(setUp.replace("/git/$1.git", folder.resolve("hello.git").toString()), "hello");
        place.must("git push -q \"$PLACE/hello.git\" main");
        CommandResult broken = place.run("""
                commit=$(git cat-file commit HEAD | sed 's/<ada@example.org>/ada@example.org/' |
                  git hash-object -t commit -w --stdin --literally)
                git push "$PLACE/hello.git" "$commit:refs/heads/broken"
                """);
        assertThat(broken.exitCode()).as(broken.output()).isNotZero();
        assertThat(broken.output()).contains("missingEmail");
        Symptom.of("fsck error in packed object").isIn(broken.output());
        CommandResult forced =
                place.run("git commit -q --amend -m Another && git push --force \"$PLACE/hello.git\" main");
        assertThat(forced.exitCode()).as(forced.output()).isNotZero();
        assertThat(forced.output()).contains("denying non-fast-forward");
    }

    /** Twenty pushes bring 1,600 files, and too few of each for git to keep them as packs. */
    @Test
    void theRepositoryPacksWhatPushesLeave() {
        String setUp = Repository.read("local/new-repository.sh");
        Workplace place = new Workplace(folder, "clone");
        place.must(setUp.replace("/git/$1.git", folder.resolve("hello.git").toString()), "hello");
        place.must("""
                for push in {1..20}; do
                  for file in {1..80}; do echo "$push $file" >"file$file"; done
                  git add .
                  git commit -qm "Push $push"
                  git push -q "$PLACE/hello.git" main
                done
                """);
        CommandResult counted = place.run("git -C \"$PLACE/hello.git\" count-objects");
        assertThat(counted.number("(\\d+) objects")).isLessThan(1000);
    }

    private static Map<String, Object> pod(String file) {
        return Yaml.mapAt(object(file, "Deployment"), "spec", "template", "spec");
    }

    private static Map<String, Object> object(String file, String kind) {
        return Yaml.documents(Repository.read("local/" + file)).stream()
                .filter(object -> kind.equals(object.get("kind")))
                .findFirst()
                .orElseThrow();
    }
}
