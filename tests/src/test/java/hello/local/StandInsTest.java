package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The git server and the registry of a laptop: what listens cannot write, and what is broken does not get in. */
class StandInsTest {

    private static final Path LOCAL = Path.of("../local").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void theContainerThatListensToTheClusterCannotWrite() throws IOException {
        Map<String, Object> pod = pod("git.yaml");
        List<Map<String, Object>> listening = maps(pod.get("containers"))
                .filter(container -> container.containsKey("ports"))
                .toList();
        assertThat(listening).hasSize(1);
        assertThat(maps(listening.getFirst().get("volumeMounts")))
                .isNotEmpty()
                .allMatch(mount -> Boolean.TRUE.equals(mount.get("readOnly")));
    }

    @Test
    void argoCdsRepoServerAloneReachesTheGitServer() throws IOException {
        Map<?, ?> policy = (Map<?, ?>) object("git.yaml", "NetworkPolicy").get("spec");
        assertThat(policy.get("policyTypes")).isEqualTo(List.of("Ingress", "Egress"));
        assertThat(policy.get("egress")).isEqualTo(List.of());
        assertThat(policy.get("ingress").toString())
                .isEqualTo("[{from=[{namespaceSelector={matchLabels={kubernetes.io/metadata.name=argocd}}, "
                        + "podSelector={matchLabels={app.kubernetes.io/name=argocd-repo-server}}}], "
                        + "ports=[{port=git}]}]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"git.yaml", "registry.yaml"})
    void eachContainerHasItsShareOfTheDisk(String file) throws IOException {
        Map<String, Object> pod = pod(file);
        assertThat(Stream.concat(maps(pod.get("containers")), maps(pod.getOrDefault("initContainers", List.of()))))
                .isNotEmpty()
                .allSatisfy(container -> assertThat(container.get("resources").toString())
                        .containsPattern("requests=.*ephemeral-storage.*limits=.*ephemeral-storage"));
    }

    @Test
    void theRepositoryRefusesABrokenCommitAndAnotherHistory() throws IOException {
        String setUp = maps(pod("git.yaml").get("initContainers"))
                .flatMap(container -> ((List<?>) container.get("args")).stream())
                .findFirst()
                .orElseThrow()
                .toString();
        Workplace place = new Workplace(folder, "clone");
        place.must(setUp.replace("/git/hello.git", folder.resolve("hello.git").toString()));
        place.must("git push -q \"$PLACE/hello.git\" main");
        Workplace.Result broken = place.run("""
                commit=$(git cat-file commit HEAD | sed 's/<ada@example.org>/ada@example.org/' |
                  git hash-object -t commit -w --stdin --literally)
                git push "$PLACE/hello.git" "$commit:refs/heads/broken"
                """);
        assertThat(broken.exit()).as(broken.output()).isNotZero();
        assertThat(broken.output()).contains("missingEmail");
        Workplace.Result forced =
                place.run("git commit -q --amend -m Another && git push --force \"$PLACE/hello.git\" main");
        assertThat(forced.exit()).as(forced.output()).isNotZero();
        assertThat(forced.output()).contains("denying non-fast-forward");
    }

    private static Map<String, Object> pod(String file) throws IOException {
        Map<?, ?> spec = (Map<?, ?>) object(file, "Deployment").get("spec");
        return map(((Map<?, ?>) spec.get("template")).get("spec"));
    }

    private static Map<String, Object> object(String file, String kind) throws IOException {
        Iterable<Object> documents = new Yaml().loadAll(Files.readString(LOCAL.resolve(file)));
        return StreamSupport.stream(documents.spliterator(), false)
                .map(StandInsTest::map)
                .filter(object -> kind.equals(object.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Map<String, Object>> maps(Object list) {
        return ((List<?>) list).stream().map(StandInsTest::map);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object map) {
        return (Map<String, Object>) map;
    }
}
