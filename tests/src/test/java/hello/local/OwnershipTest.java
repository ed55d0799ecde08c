package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code make up} puts itself over nothing that it did not make, and {@code make down} takes nothing of that away. */
class OwnershipTest {

    private static final String OURS = "app.kubernetes.io/part-of=platform";
    private static final String FORMER_ROOT =
            "root root argocd/root argocd git://git.git.svc.cluster.local/hello.git\n";

    /**
     * A cluster of files: namespaces/NAME holds the labels of a namespace, argocd the namespaces in which an Argo CD
     * runs, copies the names of the services there, applications and annotations what kubectl prints of Applications
     * and of what a former version wrote on the namespace argocd.
     */
    private static final String KUBECTL = """
            while [ "${1:-}" = --context ] || [ "${1:-}" = -n ]; do shift 2; done
            cd "$PLACE/namespaces"
            case "$*" in
              "get namespaces -l "*"!="*) grep -LxF -- "${4/!=/=}" * | sed 's|^|namespace/|' ;;
              "get namespaces -l "*) grep -lxF -- "$4" * | sed 's|^|namespace/|' ;;
              "label namespace "*) echo "$5" >>"$3" ;;
              *"get namespace/argocd "*) cat ../annotations ;;
              "get applications "*OWNER*) cat ../copies ;;
              "get applications "*IMAGE*) ;;
              "get applications "*) cat ../applications ;;
              "get application hello "*) exit 1 ;;
              "get appproject/default "*) cat ../copies ;;
              "get deployments -l "*argocd-server*) echo quay.io/argoproj/argocd:v3.1.0 ;;
              "get ingressclasses "*) echo ingressclass.networking.k8s.io/traefik ;;
              "config get-contexts nowhere") exit 1 ;;
              "get deployments --all-namespaces "*) for n in $(cat ../argocd); do [ ! -e "$n" ] || echo "$n"; done ;;
              *"delete "*" namespace "*) all=$*; rm -f ${all#* namespace } ;;
              "kustomize "*) exit 1 ;;
            esac
            exit 0
            """;

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;

    @BeforeEach
    void cluster() throws IOException {
        place = new Workplace(folder, "clone");
        Files.createDirectory(folder.resolve("namespaces"));
        for (String file : "annotations applications copies argocd".split(" ")) {
            place.write(file, "");
        }
        namespaces("default", "kube-system");
        kubectl = place.standIn("kubectl", KUBECTL);
        place.standIn("minikube", "case \"$*\" in profile) echo minikube ;; *status*) echo Running ;; esac");
        for (String program : "helm mvn curl".split(" ")) {
            place.standIn(program, "");
        }
    }

    @Test
    void upRefusesAnArgoCdThatItDidNotMake() throws IOException {
        namespaces("argocd");
        place.write("argocd", "argocd\n");
        Symptom.of("an Argo CD runs in the namespace 'argocd', and 'make up' did not make it")
                .isIn(refuses("", "make up ADOPT='argocd'"));
        assertThat(place.run("git config --get-regexp 'remote.cluster|hello'").output())
                .isEmpty();
    }

    @Test
    void upRefusesAnArgoCdOfAnotherNamespace() throws IOException {
        namespaces("argo-cd");
        place.write("argocd", "argo-cd\n");
        refuses("", "an Argo CD runs in the namespace 'argo-cd'", "make up ADOPT='argo-cd'");
    }

    @Test
    void upRefusesOtherNamespacesOfThoseNames() throws IOException {
        namespaces("git");
        refuses("", "the namespace 'git' is there", "ADOPT='git'");
        goesOn("REPO=https://github.com/ada/hello ");
        namespaces("traefik");
        refuses("ADOPT=git ", "the namespace 'traefik' is there", "ADOPT='git traefik'");
    }

    @Test
    void upTakesOverWhatItIsTold() throws IOException {
        namespaces("argocd", "registry");
        goesOn("ADOPT='argocd registry' ");
        assertThat(marked()).containsExactly("argocd", "registry");
    }

    @Test
    void upGoesOnWithItsOwn() throws IOException {
        mark("argocd", "git", "registry", "traefik");
        place.write("argocd", "argocd\n");
        goesOn("");
    }

    @Test
    void upAdoptsWhatTheEarlierVersionMade() throws IOException {
        namespaces("argocd", "git", "registry", "traefik", "hello-staging", "hello-theirs");
        place.write("argocd", "argocd\n");
        place.write("applications", FORMER_ROOT + """
                platform platform gitops/platform traefik git://git.git.svc.cluster.local/hello.git
                hello-staging hello gitops/chart hello-staging git://git.git.svc.cluster.local/hello.git
                theirs default theirs hello-theirs https://example.org/theirs.git
                """);
        goesOn("");
        assertThat(marked()).containsExactly("argocd", "git", "registry", "traefik");
        assertThat(place.read("namespaces/hello-staging")).contains("app.kubernetes.io/part-of=hello");
    }

    @Test
    void upAdoptsWhatTheEarlierVersionBegan() throws IOException {
        namespaces("argocd", "git", "registry");
        place.write("annotations", "<none> 6eac7a8285b8328c00a571d34c06d3776a2d9935 <none>\n");
        goesOn("");
        assertThat(marked()).containsExactly("argocd", "git", "registry");
    }

    @Test
    void upLeavesAGitServerAloneThatTheEarlierVersionDidNotMake() throws IOException {
        namespaces("argocd", "git");
        place.write("annotations", "<none> <none> make-up\n");
        place.write("applications", "root root argocd/root argocd https://github.com/ada/hello\n");
        goesOn("REPO=https://github.com/ada/hello ");
        assertThat(marked()).containsExactly("argocd");
    }

    @Test
    void upRefusesAnAddressWithASecretAndDoesNotShowIt() {
        for (String repo : new String[] {
            "https://ada:t0ken@github.com/ada/hello",
            "https://t0ken@github.com/ada/hello",
            "ssh://git:t0ken@example.org/hello"
        }) {
            refuses("REPO=" + repo + " ", "REPO has a user's name, password or token in it", "make login REPO=");
        }
        assertThat(place.run("REPO=https://t0ken@github.com/ada/hello local/up").output())
                .doesNotContain("t0ken");
        goesOn("REPO=git@github.com:ada/hello.git ");
        goesOn("REPO=ssh://git@github.com/ada/hello.git ");
    }

    @Test
    void downTakesAwayItsOwnAlone() throws IOException {
        mark("argocd", "hello-staging");
        namespaces("hello-theirs", "traefik", "git");
        String output = place.run("local/down").orFail().output();
        assertThat(remaining()).containsExactlyInAnyOrder("default", "git", "hello-theirs", "kube-system", "traefik");
        assertThat(output)
                .contains(
                        "make up did not make it: the namespace git", "make up did not make it: the namespace traefik");
        assertThat(deletions())
                .noneMatch(call -> call.contains("traefik"))
                .anyMatch(call -> call.endsWith("crd -l app.kubernetes.io/part-of=argocd"));
    }

    /** Somebody pushed from another clone, and this one has not looked since. */
    @Test
    void downKeepsTheCommitsThatOnlyTheClusterHas() throws IOException {
        mark("argocd", "git", "registry", "traefik", "hello-staging");
        String commit = place.must("""
                git init -q --bare -b main "$PLACE/hello.git"
                git push -q "$PLACE/hello.git" main
                git clone -q "$PLACE/hello.git" "$PLACE/other"
                cd "$PLACE/other"
                git -c user.name=Bob -c user.email=bob@example.org commit -q --allow-empty -m 'Only there'
                git push -q origin HEAD:main
                git rev-parse HEAD
                """);
        place.must("cp \"$PLACE/bin/kubectl\" \"$PLACE/asked\"");
        place.standIn("kubectl", """
                case "$*" in
                  *git-upload-pack*) exec git-upload-pack "$PLACE/hello.git" ;;
                  *) exec "$PLACE/asked" "$@" ;;
                esac
                """);
        String ref = "refs/saved/cluster-" + commit.substring(0, 12);
        assertThat(place.run("local/down").orFail().output())
                .contains("commits that only the cluster had are kept as " + ref + ": git log " + ref);
        assertThat(place.must("git log --format=%H main.." + ref)).isEqualTo(commit);
        assertThat(place.must("git for-each-ref refs/remotes; git config --get-regexp 'remote[.]|^gitops' || true"))
                .as("what the clone still knows of the cluster")
                .isEmpty();
        assertThat(remaining()).containsExactlyInAnyOrder("default", "kube-system");
    }

    /** Then they cannot be kept, and so nothing goes. */
    @Test
    void downTakesNothingAwayThatItCouldNotSave() throws IOException {
        mark("argocd", "git", "hello-staging");
        CommandResult down = place.run("local/down");
        assertThat(down.exitCode()).isOne();
        assertThat(down.output()).contains("the commits in the cluster could not be fetched", "nothing was taken away");
        assertThat(deletions()).isEmpty();
    }

    @Test
    void downTakesNothingAwayWhereItMadeNothing() throws IOException {
        namespaces("argocd", "hello-theirs", "traefik", "git", "registry");
        place.write("argocd", "argocd\n");
        place.run("local/down").orFail();
        assertThat(remaining())
                .containsExactlyInAnyOrder(
                        "argocd", "default", "git", "hello-theirs", "kube-system", "registry", "traefik");
        assertThat(deletions()).allMatch(call -> call.contains(" -l app.kubernetes.io/part-of="));
    }

    @Test
    void downTakesAwayWhatTheEarlierVersionMade() throws IOException {
        namespaces("argocd", "traefik", "hello-staging", "hello-theirs");
        place.write("applications", FORMER_ROOT + """
                platform platform gitops/platform traefik https://github.com/ada/hello
                hello-staging hello gitops/chart hello-staging https://github.com/ada/hello
                """);
        place.run("local/down").orFail();
        assertThat(remaining()).containsExactlyInAnyOrder("default", "hello-theirs", "kube-system");
        assertThat(deletions())
                .anyMatch(call -> call.contains("clusterrole/traefik"))
                .anyMatch(call -> call.endsWith("hello-image hello-never-zero"));
    }

    @Test
    void downLeavesTheKindsOfAnotherArgoCd() throws IOException {
        mark("argocd");
        namespaces("argo-cd");
        place.write("argocd", "argocd\nargo-cd\n");
        place.run("local/down").orFail();
        assertThat(remaining()).containsExactlyInAnyOrder("argo-cd", "default", "kube-system");
        assertThat(deletions()).noneMatch(call -> call.contains("crd"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            CONTEXT=nowhere                              | kubectl knows no context 'nowhere'       | kubectl config get-contexts
            CONTEXT=company                              | 'company' is no minikube of ours         | make up CONTEXT=company REPO=
            ARGOCD=3.6                                   | ARGOCD is '3.6'                          | ARGOCD=existing
            ARGOCD=existing                              | for a cluster that has an ingress contr  | INGRESS_CLASS=
            INGRESS_CLASS=nginx                          | without the namespace                    | INGRESS_NAMESPACE=
            INGRESS_CLASS=nginx INGRESS_NAMESPACE=nginx  | no ingress class 'nginx', but traefik    | make up INGRESS_CLASS=
            """)
    void upRefusesWhatDoesNotFitTheCluster(String environment, String sentence, String next) {
        refuses(environment + " ", sentence, next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello-world", "hello-world-api"})
    void upRefusesANameThatBeginsLikeAnothers(String other) throws IOException {
        mark("argocd");
        place.write("copies", other + "\n");
        refuses("", "'" + other + "' is in this cluster", "make rename NAME=");
    }

    @Test
    void upBringsNoOtherArgoCdToAnotherService() throws IOException {
        mark("argocd", "traefik", "git", "registry");
        place.write("copies", "twin\n");
        refuses("", "Argo CD 3.1.0 is in this cluster", "bring both to one minor version");
    }

    @Test
    void downLeavesWhatAnotherServiceUses() throws IOException {
        mark("argocd", "traefik");
        place.write("namespaces/hello-staging", "app.kubernetes.io/part-of=hello\n");
        place.write("copies", "twin\n");
        String output = place.run("local/down").orFail().output();
        assertThat(remaining()).containsExactlyInAnyOrder("argocd", "default", "kube-system", "traefik");
        assertThat(output).contains("is used by twin stays");
        assertThat(deletions())
                .noneMatch(call -> call.contains("namespace traefik") || call.contains("crd"))
                .anyMatch(call -> call.endsWith("secret/hello-tls ingress/hello-tls"));
    }

    /** Gives what it says. */
    private String refuses(String environment, String... sentences) {
        CommandResult result = place.run(environment + "local/up");
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains(sentences);
        assertThat(kubectl.calls()).doesNotContain("kustomize", "apply");
        return result.output();
    }

    /** Up to where it would read Argo CD's manifests, which are not there. */
    private void goesOn(String environment) {
        assertThat(place.run(environment + "local/up").output()).contains("Argo CD's manifests could not be read");
        place.must("rm \"$PLACE/bin/kubectl.calls\"");
    }

    private void namespaces(String... names) throws IOException {
        for (String name : names) {
            place.write("namespaces/" + name, "kubernetes.io/metadata.name=" + name + "\n");
        }
    }

    private void mark(String... names) throws IOException {
        namespaces(names);
        for (String name : names) {
            place.write("namespaces/" + name, OURS + "\n");
        }
    }

    private Stream<String> remaining() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("namespaces"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private Stream<String> marked() throws IOException {
        return remaining().filter(name -> place.read("namespaces/" + name).contains(OURS));
    }

    private Stream<String> deletions() {
        return kubectl.calls().lines().filter(call -> call.contains(" delete "));
    }
}
