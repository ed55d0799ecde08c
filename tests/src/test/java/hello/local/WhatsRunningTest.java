package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Symptom;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code make whats-running}: the links from a host's answer back to the source commit, each of them broken once. Git
 * is real; what the cluster says is in files, which the tests change.
 */
class WhatsRunningTest {

    private static final String GITHUB = "https://github.com/ada/hello";

    /** What the tests below are written in: the commits, the pods a and b, and what may happen to them. */
    private static final String NAMES = """
            commit=$(git rev-parse main)
            seed=$(git commit-tree -m Seed main^{tree})
            unpushed=$(git commit-tree -m Unpushed -p main main^{tree})
            digest=sha256:$(printf '%064d' 1)
            other=sha256:$(printf '%064d' 2)
            image=ghcr.io/ada/hello:one@$digest
            bump() { gitops/bump staging --tag one --digest "$digest" --commit "$commit" --remote "$PLACE/hello.git"; }
            says() { for pod in "$@"; do echo "version 1.0.0, commit $commit, pod $pod"; done >"$PLACE/said"; }
            synced() { echo "Synced $(git -C "$PLACE/hello.git" rev-parse main)" >"$PLACE/application"; }
            # standing_in PROGRAM SCRIPT: instead of the one that says that all is well
            standing_in() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$PLACE/bin/$1"; }
            # replace SED-SCRIPT FILE
            replace() { sed "$1" "$PLACE/$2" >"$PLACE/new"; mv "$PLACE/new" "$PLACE/$2"; }
            # by_hand FILE SED-SCRIPT: a commit on main that changes a file of staging
            by_hand() {
              git fetch -q "$PLACE/hello.git" main
              git checkout -q --detach FETCH_HEAD
              sed "$2" "gitops/environments/staging/$1" >"$PLACE/new"
              cp "$PLACE/new" "gitops/environments/staging/$1"
              git commit -qam 'By hand'
              git push -q "$PLACE/hello.git" HEAD:main
              git checkout -q main
            }
            """;

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void whatADeployLeaves() {
        place = new Workplace(folder, "clone");
        place.standIn("minikube", "echo 198.51.100.1");
        place.standIn("cosign", "");
        place.standIn("gh", "");
        place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) cat "$PLACE/repository" ;;
                  *ingress/hello*) cat "$PLACE/host" ;;
                  *endpointslices*) sed 's/.* pod //' "$PLACE/said" | sort -u ;;
                  *replicasets,pods*) cat "$PLACE/pods" ;;
                  *deployment/hello*) cat "$PLACE/deployment" ;;
                  *application/hello-*) cat "$PLACE/application" ;;
                  *git-upload-pack*) git-upload-pack "$PLACE/hello.git" ;;
                esac
                """);
        // A line of the file for each request, and then from the first again.
        place.standIn("curl", """
                [ -e "$PLACE/said" ] || { echo 'curl: (7) Failed to connect' >&2; exit 7; }
                echo request >>"$PLACE/requests"
                turn=$(($(wc -l <"$PLACE/requests") - 1))
                sed -n "$((turn % $(wc -l <"$PLACE/said") + 1))p" "$PLACE/said"
                """);
        change("""
                mkdir docs
                cp -p "$2/docs/verify-release" docs/
                git config gitops.context lab
                git config url."$PLACE/hello.git".insteadOf "$1"
                git init -q --bare -b main "$PLACE/hello.git"
                git push -q "$PLACE/hello.git" main
                bump
                echo "$1 ghcr.io/ada/hello" >"$PLACE/repository"
                echo staging.hello.test >"$PLACE/host"
                says a b
                echo "ReplicaSet rs hello <none> <none> <none>
                Pod a rs True <none> $image
                Pod b rs True <none> $image" >"$PLACE/pods"
                echo "$image" >"$PLACE/deployment"
                synced
                """);
    }

    @Test
    void eachLinkIsALine() {
        String commit = place.must("git rev-parse --short=12 HEAD");
        CommandResult result = whatsRunning("staging").orFail();
        assertThat(result.output().lines().map(line -> line.substring(0, 10).strip()))
                .containsExactly("host", "answer", "pods", "image", "Argo CD", "bump", "source", "signature");
        assertThat(result.output())
                .contains(
                        "http://staging.hello.test/",
                        "version 1.0.0, commit " + commit + ", pod a",
                        "2 are ready, and each says the same",
                        "ghcr.io/ada/hello:one@sha256:0",
                        "main has nothing newer for staging")
                .containsPattern("bump +[0-9a-f]{12} Ada, [-0-9: ]{16}: staging: image one \\(The beginning\\)")
                .containsPattern("source +" + commit + " Ada, [-0-9: ]{16}: The beginning");
    }

    /** A rollback is nobody's bump, and brings back what a bump had put there. */
    @Test
    void whatARollbackBroughtBackIsWell() {
        change("""
                digest=$other
                bump "$commit"
                gitops/rollback staging --remote "$PLACE/hello.git"
                synced
                """);
        assertThat(whatsRunning("staging").orFail().output()).containsPattern("bump .* Ada, .*: Revert \"staging: ");
    }

    /** What came after the freeze is nothing that is missing. */
    @Test
    void whatIsFrozenIsWell() {
        change("""
                gitops/freeze staging --why 'an audit' --remote "$PLACE/hello.git"
                by_hand values.yaml s/staging/x/
                """);
        assertThat(whatsRunning("staging").orFail().output())
                .containsPattern("Argo CD .*; frozen since [-0-9]{10} [0-9:]{5} UTC by Ada: an audit");
    }

    /** The link that is broken, and what is said of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            host      | rm "$PLACE/host"                                | hello-staging has no Ingress 'hello'
            host      | rm "$PLACE/said"                                | does not answer: curl: (7) Failed to connect
            answer    | echo '404 page not found' >"$PLACE/said"        | it says: 404 page not found
            answer    | commit=unknown; says a b                        | built from 'unknown', which is no commit here
            answer    | commit=main; says a b                           | built from 'main', which is no commit here
            answer    | commit=$(printf '%040d' 7); says a b            | 7', which is no commit here
            pods      | says a                                          | not heard through the ingress: b
            pods      | replace "2s/$commit/$seed/" said                | answer differently:
            pods      | says a b c                                      | no ready pod of hello-staging's Deployment: c
            pods      | replace 's/rs hello/rs other/' pods             | no ready pod of hello-staging's Deployment: a
            pods      | replace '2s/True/False/' pods                   | no ready pod of hello-staging's Deployment: a
            image     | replace "2s/$digest/$other/" pods               | the pods run different ones:
            image     | replace "s/$digest/$other/" deployment          | the Deployment wants ghcr.io/ada/hello:one@
            image     | rm "$PLACE/deployment"                          | hello-staging has no Deployment 'hello'
            Argo CD   | rm "$PLACE/application"                         | no Application hello-staging
            Argo CD   | echo 'Unknown <none>' >"$PLACE/application"     | it has synced no commit of https://github.com/ada/
            Argo CD   | replace s/Synced/OutOfSync/ application         | hello-staging is OutOfSync
            Argo CD   | by_hand values.yaml s/staging/x/                | it does not have main's newest commit:
            Argo CD   | by_hand ../../chart/values.yaml '1s/^/# /'      | it does not have main's newest commit:
            bump      | by_hand image.yaml "s/$digest/$other/"; synced  | image.yaml wants sha256:0
            bump      | by_hand image.yaml "s/$commit/$seed/"; synced   | image.yaml was changed by hand:
            bump      | commit=$seed; says a b                          | image.yaml names commit
            source    | commit=$unpushed; bump; says a b; synced        | is not in main of https://github.com/ada/hello
            signature | standing_in gh 'case $2 in verify) exit 1; esac' | FAILED: provenance: built there
            """)
    void brokenLinkIsNamed(String link, String planted, String what) {
        change(planted);
        CommandResult result = whatsRunning("staging");
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output().lines().filter(line -> line.endsWith(" BROKEN")))
                .singleElement()
                .asString()
                .startsWith(link + " ");
        assertThat(result.output()).contains("whats-running: " + link + ": ", what, "\n  next: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            commit=main; says a b | whats-running: answer: pod … says that it was built from …, which is no commit here
            replace "s/$digest/$other/" deployment | whats-running: image: the Deployment wants …, the pods run …
            by_hand image.yaml "s/$commit/$seed/"; synced | whats-running: bump: … was changed by hand
            commit=$unpushed; bump; says a b; synced | whats-running: source: commit … is not in main
            """)
    void troubleshootingHasTheSameWords(String planted, String symptom) {
        change(planted);
        Symptom.of(symptom).isIn(whatsRunning("staging").output());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            production | production has no image yet
            stagign    | 'stagign' is no environment; there is: production staging
            ``         | '' is no environment; there is: production staging
            """)
    void anEnvironmentThatIsNotThereIsNamed(String environment, String what) {
        CommandResult result = whatsRunning(environment);
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("whats-running: " + what, "\n  next: ");
    }

    @Test
    void signatureThatCannotBeCheckedIsNotInvented() {
        change("standing_in gh 'exit 1'");
        assertThat(whatsRunning("staging").orFail().output())
                .containsPattern("signature +not checked: gh is not logged");
        change("echo git://git.git.svc.cluster.local/hello.git localhost:5050/hello >\"$PLACE/repository\"");
        assertThat(whatsRunning("staging").orFail().output())
                .containsPattern("signature +not signed: built on somebody's");
    }

    private void change(String script) {
        place.must(NAMES + script, GITHUB, Repository.ROOT.toString());
    }

    private CommandResult whatsRunning(String environment) {
        return place.run("TIMEOUT=2 INGRESS=198.51.100.1:80 local/whats-running \"$1\"", environment);
    }
}
