package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make up} applies the release of Argo CD that argocd/install/checksum names, and no other. */
class ArgoCdReleaseTest {

    /** kustomize gives the files of a kustomization and of what it builds upon, as they are. */
    private static final String KUBECTL = """
            shift 2 # --context NAME
            case "$*" in
              "kustomize "*)
                cat "$2"/*.yaml
                cat "$2/$(sed -n 's|^ *- \\(\\.\\./.*\\)|\\1|p' "$2/kustomization.yaml")"/*.yaml
                ;;
              *apply*) cp "${!#}" "$PLACE/applied" ;;
            esac
            """;

    /** Argo CD's repository, with a manifest that says which one it is, under the tag of argocd/install. */
    private static final String RELEASE = """
            tag=$(sed -n 's|.*/argo-cd/manifests/.*ref=||p' argocd/install/kustomization.yaml)
            mkdir -p "$PLACE/github/argoproj/argo-cd/manifests/cluster-install"
            cd "$PLACE/github/argoproj/argo-cd"
            git init -q
            git config uploadpack.allowFilter true
            echo "$1" >manifests/cluster-install/kustomization.yaml
            echo 'echo' >manifests/script
            chmod "$2" manifests/script
            git add .
            git -c user.name=Argo -c user.email=argo@example.org commit -qm "$1" --allow-empty
            git tag -f "$tag"
            """;

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    /** A clone whose checksum is that of a release. */
    @BeforeEach
    void release() {
        place = new Workplace(folder, "clone");
        kubectl = place.standIn("kubectl", KUBECTL);
        place.must(RELEASE, "the release", "644");
        accept(install());
    }

    @Test
    void theReleaseIsApplied() {
        install().orFail();
        assertThat(place.read("applied")).contains("the release", "name: argocd-cm\n");
    }

    @Test
    void filesThatCameWithoutTheirModesAreTheSame() {
        place.must(RELEASE, "the release", "755");
        install().orFail();
    }

    @Test
    void anotherReleaseUnderTheTagIsRefused() {
        place.must(RELEASE, "another one", "644");
        CommandResult result = install();
        assertThat(result.exitCode()).isOne();
        assertThat(result.output())
                .contains("are not those of argocd/install/checksum; nothing was installed")
                .contains("expected "
                        + place.read("clone/argocd/install/checksum").strip())
                .containsPattern("got {6}v[0-9.]+ [0-9a-f]{40}\n");
        assertThat(kubectl.calls()).doesNotContain("kustomize", "apply", "annotate");
        accept(result);
        install().orFail();
        assertThat(place.read("applied")).contains("another one");
    }

    @Test
    void aReleaseThatCannotBeReadIsNamed() {
        place.must("rm -r \"$PLACE/github\"");
        assertThat(install().output())
                .contains("Argo CD's manifests could not be read from https://github.com/argoproj/argo-cd: ")
                .contains("next: can this machine reach it?");
    }

    private CommandResult install() {
        return place.run("""
                . local/lib.sh
                . local/platform.sh
                CONTEXT=minikube
                INSTALL_COLUMN=any
                scratch=$(mktemp -d "$PLACE/scratch.XXXXXX")
                install_argocd
                """);
    }

    /** Does what the message says: writes the checksum that was found into the file. */
    private void accept(CommandResult refusal) {
        place.must("eval \"$(sed -n 's/.*in argocd.install: //p' <<<\"$1\")\"", refusal.output());
    }
}
