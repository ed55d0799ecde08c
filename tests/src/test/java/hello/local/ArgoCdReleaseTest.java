package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make up} applies the release of Argo CD that argocd/install/checksum names, and no other. */
class ArgoCdReleaseTest {

    /**
     * kustomize gives the files of a kustomization and of what it builds upon, as they are; the namespace keeps what is
     * written on it.
     */
    private static final String KUBECTL = """
            shift 2 # --context NAME
            case "$*" in
              "kustomize "*)
                cat "$2"/*.yaml
                cat "$2/$(sed -n 's|^ *- \\(\\.\\./.*\\)|\\1|p' "$2/kustomization.yaml")"/*.yaml
                ;;
              *apply*)
                cp "${!#}" "$PLACE/applied"
                cat "$PLACE/objects"
                ;;
              *"annotate namespace argocd "*)
                name=${4%%=*}
                echo "${4#*=}" >"$PLACE/${name##*/}.annotation"
                ;;
              *"get namespace/argocd "*)
                for name in install objects; do
                  cat "$PLACE/$name.annotation" 2>/dev/null || echo '<none>'
                done | paste -sd ' ' -
                ;;
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

    private static final String OBJECTS = """
            customresourcedefinition.apiextensions.k8s.io/applications.argoproj.io
            configmap/argocd-cm
            secret/argocd-secret
            service/argocd-server
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
        place.write("objects", OBJECTS);
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
        Symptom.of("the manifests of … are not those of argocd/install/checksum")
                .isIn(result.output());
        assertThat(result.output())
                .contains("nothing was installed")
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
        place.must(RELEASE, "the release", "644");
        install().orFail();
    }

    @Test
    void anImageThatIsPinnedUnderAnotherTagThanTheReleasesIsNamed() {
        String pinned = place.must("sed -n 's/^ *newTag: //p' argocd/install/kustomization.yaml");
        String image = "image: public.ecr.aws/docker/library/redis:";
        place.must(RELEASE, image + pinned, "644");
        accept(install());
        assertThat(install().orFail().output()).doesNotContain("comes with");
        place.must(RELEASE, image + "0.1.2-alpine", "644");
        anotherSetting();
        accept(install());
        assertThat(install().orFail().output())
                .containsPattern("v[0-9.]+ comes with public.ecr.aws/docker/library/redis:0.1.2-alpine, "
                        + "argocd/install/kustomization.yaml has \\Q" + pinned + "\\E\n");
    }

    @Test
    void whatTheReleaseBeforeHadGoesButForSettingsAndKindsOfObjects() {
        place.write("objects", OBJECTS + """
                        customresourcedefinition.apiextensions.k8s.io/former.argoproj.io
                        configmap/former
                        secret/former
                        service/former
                        clusterrole.rbac.authorization.k8s.io/former
                        """);
        install().orFail();
        place.write("objects", OBJECTS);
        anotherSetting();
        assertThat(install().orFail().output())
                .contains("left by the release before, and deleted: service/former,"
                        + " clusterrole.rbac.authorization.k8s.io/former\n");
        assertThat(kubectl.calls().lines().filter(call -> call.contains("delete")))
                .singleElement()
                .asString()
                .endsWith("-n argocd delete --ignore-not-found service/former"
                        + " clusterrole.rbac.authorization.k8s.io/former");
        anotherSetting();
        assertThat(install().orFail().output()).doesNotContain("left by");
    }

    /** Of an earlier version of this repository, which wrote down the release alone. */
    @Test
    void aClusterWithNoListOfTheReleasesObjectsGetsOneAndNoRestart() {
        install().orFail();
        place.must("rm \"$PLACE\"/{objects.annotation,applied}");
        install().orFail();
        assertThat(place.read("applied")).contains("the release");
        assertThat(place.read("objects.annotation").strip())
                .isEqualTo(OBJECTS.strip().replace('\n', ','));
        assertThat(kubectl.calls()).doesNotContain("restart", "delete");
        place.must("rm \"$PLACE/applied\"");
        install().orFail();
        assertThat(place.read("applied")).as("done again").isEmpty();
        anotherSetting();
        install().orFail();
        assertThat(kubectl.calls()).contains("rollout restart deployment,statefulset");
    }

    private void anotherSetting() {
        place.must("echo '# another one' >>argocd/install/argocd-cm.yaml");
    }

    private CommandResult install() {
        return place.run("""
                . local/lib.sh
                . local/platform.sh
                CONTEXT=minikube
                INSTALL_COLUMNS=any
                scratch=$(mktemp -d "$PLACE/scratch.XXXXXX")
                install_argocd
                """);
    }

    /** Does what the message says: writes the checksum that was found into the file. */
    private void accept(CommandResult refusal) {
        place.must("eval \"$(sed -n 's/.*in argocd.install: //p' <<<\"$1\")\"", refusal.output());
    }
}
