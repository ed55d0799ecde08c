package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make prune} takes away what nobody wants, and nothing else; the registry is a folder here. */
class PruneTest {

    private static final String TAGS = "registry/docker/registry/v2/repositories/hello/_manifests/tags";

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    /** Staging had the images 1 to 4, production has 2, a pod runs 5; nobody wants 6 and 7. */
    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        place.write("repository", "git://git.git.svc.cluster.local/hello.git localhost:5050/hello");
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) cat "$PLACE/repository" ;;
                  *git-upload-pack*) git upload-pack "$PLACE/hello.git" ;;
                  *'get pods'*) echo "localhost:5050/hello:tag@$(digest 5) docker.io/library/traefik:v3" ;;
                  *' sh -s '*)
                    shift 10
                    sed "s|/var/lib/registry|$PLACE/registry|" | sh -s "$@"
                    ;;
                  *' du '*) printf '99\\t/var/lib/registry\\n' ;;
                  *garbage-collect*) [ ! -e "$PLACE/broken" ] ;;
                esac
                """);
        place.standIn("digest", "printf 'sha256:%064d\\n' \"$1\"");
        place.must("""
                git config gitops.context lab
                image() {
                  echo "image:" >"gitops/environments/$1/image.yaml"
                  echo "  digest: $(digest "$2")" >>"gitops/environments/$1/image.yaml"
                  git add .
                  git commit -qm "$1 has $2"
                }
                for number in 1 2 3 4; do image staging "$number"; done
                image production 2
                git clone -q --bare . "$PLACE/hello.git"
                mkdir -p "$PLACE/$1"
                cd "$PLACE/$1"
                for number in 1 2 3 4 5 6 7 8; do
                  mkdir -p "tag$number/current" "../revisions/sha256/$(digest "$number" | cut -c 8-)"
                  digest "$number" >"tag$number/current/link"
                done
                mkdir -p tag9/current
                digest 7 >tag9/current/link
                touch -t 202501010000 tag[1-7]
                """, TAGS);
    }

    @Test
    void whatIsWantedOrYoungStays() {
        assertThat(place.must("KEEP=2 local/prune")).contains("3 images are gone; the registry had 99 kB");
        assertThat(place.must("ls \"$PLACE/$1\"", TAGS).lines())
                .containsExactly("tag2", "tag3", "tag4", "tag5", "tag8", "tag9");
        assertThat(place.must("ls \"$PLACE/$1/../revisions/sha256\" | sed 's/^0*//'", TAGS)
                        .lines())
                .as("7 has another tag, which is young")
                .containsExactly("2", "3", "4", "5", "7", "8");
        assertThat(settings()).containsExactly("={\"enabled\":true}", "-");
        assertThat(kubectl.calls().indexOf("garbage-collect"))
                .isBetween(
                        kubectl.calls().indexOf("READONLY={"), kubectl.calls().indexOf("READONLY-"));
    }

    @Test
    void registryTakesPushesAgainWhenItsCollectionFails() {
        place.write("broken", "");
        CommandResult result = place.run("local/prune");
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("garbage collection failed", "next: make prune again");
        assertThat(settings()).last().isEqualTo("-");
    }

    @Test
    void nothingIsForgottenWhenItIsNotKnownWhatRuns() {
        place.standIn("tr", "exit 1");
        assertThat(place.run("local/prune").exitCode()).isNotZero();
        assertThat(kubectl.calls()).doesNotContain(" sh -s ", "garbage-collect");
    }

    @Test
    void anotherRegistryIsLeftAlone() {
        place.write("repository", "https://github.com/ada/hello ghcr.io/ada/hello");
        CommandResult result = place.run("local/prune");
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("the images are in ghcr.io/ada/hello, not in the registry in the cluster");
        assertThat(settings()).isEmpty();
    }

    /** What was set of the registry, oldest first. */
    private List<String> settings() {
        return kubectl.calls()
                .lines()
                .filter(call -> call.contains("set env deployment/registry"))
                .map(call -> call.replaceFirst(".*READONLY", ""))
                .distinct()
                .toList();
    }
}
