package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.StandIn;
import hello.support.Symptom;
import hello.support.Yaml;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code make doctor} has a line for each thing that a person needs, and says what to do about each that is not so. */
class DoctorTest {

    /** A cluster of files, which the faults below are planted in: what kubectl prints, and what minikube says. */
    private static final String CLUSTER = """
            echo minikube >profile
            echo Running >apiserver
            echo 'Running Configured' >state
            echo minikube >current
            echo minikube >contexts
            echo 'https://198.51.100.1:8443' >server
            echo ok >readyz
            echo '2 4015000Ki Ready' >node
            echo 'git://git.git.svc.cluster.local/hello.git localhost:5050/hello' >root
            echo 'root Synced Healthy' >applications
            echo 'hello-staging 2m' >metrics
            printf '%s\\n' 'traefik traefik-1 80,443' 'git git-1 <none>' >pods
            for part in argocd/server argocd/dex git/git registry/registry traefik/traefik kube-system/metrics-server
            do
              echo "${part%/*} ${part#*/} 1 1"
            done | sed 's/dex 1 1/dex <none> 0/' >workloads
            printf '198.51.100.1 staging.hello.test\\r\\n198.51.100.1  hello.test www.hello.test # ours\\n' >hosts
            echo 404 >ingress
            echo 64000000 >free
            echo 4 >cpus
            """;

    private static final String KUBECTL = """
            [ "$1" != --context ] || shift 2
            cd "$PLACE"
            case "$*" in
              "version --client") echo 'Client Version: v1.99.0' ;;
              "config current-context") cat current ;;
              "config get-contexts "*) cat contexts ;;
              "config view "*) cat server ;;
              "get --raw /readyz"*) cat readyz ;;
              "get nodes "*) cat node ;;
              "get pods "*) cat pods ;;
              "get hpa "*) cat metrics ;;
              "get deployments,statefulsets "*) cat workloads ;;
              "-n argocd get application/hello "*) cat root ;;
              "-n argocd get applications "*) cat applications ;;
              "-n traefik get secret hello-tls "*) cat tls.crt ;;
              "-n hello-staging get ingress/hello "*) echo staging.hello.test ;;
              "-n hello-production get ingress/hello "*) echo hello.test,www.hello.test ;;
              *) echo "no such question: $*" >&2; exit 1 ;;
            esac
            """;

    private static final String MINIKUBE = """
            cd "$PLACE"
            case "$*" in
              profile) sed 's/^/* /' profile ;;
              "profile list "*) echo '{"valid":[{"Name":"a","Config":{"Name":"a","Driver":"kvm2"}},' \\
                '{"Name":"minikube","Config":{"Name":"minikube","Driver":"docker"}},' \\
                '{"Name":"z","Config":{"Name":"z","Driver":"kvm2"}}]}' ;;
              "version --short") echo v1.99.0 ;;
              *APIServer*) cat apiserver ;;
              *Kubeconfig*) cat state ;;
              *" ip") echo 198.51.100.1 ;;
            esac
            """;

    /** Answers for the ingress, and for the API server with its time. */
    private static final String CURL = """
            cd "$PLACE"
            case "$*" in
              --version) echo 'curl 8.5.0 (x86_64-pc-linux-gnu)' ;;
              *:8443*) printf 'HTTP/2 403 \\r\\n'; printf 'date: %s\\r\\n' "$(cat date 2>/dev/null ||
                LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')" ;;
              *) [ -e ingress ] ;;
            esac
            """;

    @TempDir
    private Path folder;

    private Workplace place;

    @BeforeEach
    void machine() {
        place = new Workplace(folder, "clone");
        place.must(folder, CLUSTER);
        place.must("git config gitops.context minikube");
        place.standIn("kubectl", KUBECTL);
        place.standIn("minikube", MINIKUBE);
        place.standIn("curl", CURL);
        place.standIn("mvn", "printf '\\033[1mApache Maven 3.99.0\\033[m\\n'");
        place.standIn("helm", "echo v4.99.0");
        place.standIn("argocd", "echo 'argocd: v3.99.0+unknown'");
        place.standIn("docker", "[ ! -e \"$PLACE/no-engine\" ]");
        place.standIn("df", "printf 'Filesystem\\nx 1 1 %s 1%% /\\n' \"$(cat \"$PLACE/free\")\"");
        place.standIn("getconf", "cat \"$PLACE/cpus\"");
        StandIn.real(
                folder.resolve("bin"),
                ("git make bash env dirname basename sed grep awk tr cat head tail sort date readlink javac uname"
                                + " openssl mkdir paste")
                        .split(" "));
    }

    @Test
    void wellMachineHasALineOfEachCheck() {
        CommandResult doctor = doctor("");
        assertThat(doctor.output().lines()).allMatch(line -> line.startsWith("ok "), doctor.output());
        assertThat(doctor.output()).contains("profile minikube runs, driver docker\n");
        assertThat(doctor.exitCode()).isZero();
        assertThat(doctor.output().lines().map(line -> line.split(" +")[1]).distinct())
                .containsExactly(
                        ("git make curl mvn minikube kubectl helm argocd java disk context proxy clock api node addons"
                                        + " ports ui argo-cd git-server registry ingress apps metrics address hosts")
                                .split(" "));
    }

    /** One fault each, planted in the files of the cluster or in the machine's programs. */
    @ParameterizedTest(name = "{0}  {1}: {2}")
    @MethodSource("faults")
    void plantedFaultHasItsLineAndWhatToDo(String mark, String name, String found, String next, String plant) {
        CommandResult doctor = doctor(plant);
        List<String> lines = doctor.output().lines().toList();
        assertThat(Stream.iterate(0, i -> i < lines.size() - 1, i -> i + 1)
                        .filter(i -> lines.get(i).matches(mark + " +" + name + ".*" + Pattern.quote(found) + ".*"))
                        .map(i -> String.join(" ", lines.subList(i + 1, Math.min(i + 3, lines.size())))))
                .as(doctor.output())
                .anySatisfy(below -> assertThat(below).contains("next: ").contains(next));
        assertThat(doctor.exitCode()).as(doctor.output()).isEqualTo(mark.equals("no") ? 1 : 0);
    }

    private static Stream<Arguments> faults() {
        return planted("faults", "mark", "name", "found", "next", "plant");
    }

    private static Stream<Arguments> wellInAnotherWay() {
        return planted("well", "name", "found", "plant");
    }

    private static Stream<Arguments> planted(String list, String... keys) {
        Map<String, Object> file =
                Yaml.document(Repository.read("tests/src/test/resources/planted-machine-faults.yaml"));
        return Yaml.mapsAt(file, list).stream()
                .map(each -> Arguments.of(Stream.of(keys).map(each::get).toArray()));
    }

    /** What is as it should be, in another way than on the machine above. */
    @ParameterizedTest
    @MethodSource("wellInAnotherWay")
    void otherMachineIsWellToo(String name, String found, String plant) {
        CommandResult doctor = doctor(plant);
        assertThat(doctor.output()).containsPattern("(?m)^ok +" + name + ".*" + Pattern.quote(found));
        assertThat(doctor.exitCode()).as(doctor.output()).isZero();
    }

    /** A JDK says in a file which one it is. */
    @Test
    void aJdkThatIsNamedIsTaken() {
        String another = "sed 's/release>[0-9]*</release>99</' clone/pom.xml >x; mv x clone/pom.xml\n";
        Symptom.of("No JDK 25 found").isIn(doctor(another).output());
        CommandResult named = doctor("""
                mkdir -p jdk/bin
                cp bin/javac jdk/bin/
                echo 'JAVA_VERSION="99.0.1"' >jdk/release
                export JAVA_HOME=$PWD/jdk
                """);
        assertThat(named.orFail().output()).containsPattern("ok +java +.*/jdk\n");
    }

    @Test
    void everyMissingToolIsNamedAtOnce() {
        String tools = "git make curl mvn minikube kubectl helm argocd";
        CommandResult doctor = doctor("cd bin; rm " + tools + "; cd ..");
        Symptom.of("'helm' is not installed").isIn(doctor.output());
        assertThat(tools.split(" "))
                .allSatisfy(tool -> assertThat(doctor.output())
                        .containsPattern("no +" + tool + " +'" + tool + "' is not installed\\n +next: "));
        assertThat(doctor.output()).contains("disk ", "8 of these");
        assertThat(doctor.exitCode()).isOne();
    }

    @Test
    void everyCheckRunsWhateverTheOthersFind() {
        CommandResult doctor = doctor("rm bin/helm readyz free node; sed '/^git/d' workloads >x; mv x workloads");
        assertThat(doctor.exitCode()).isOne();
        assertThat(doctor.output()).contains("'helm' is not installed", "argocd      3.99.0", "does not answer");
        doctor = doctor("echo ok >readyz; echo 'work node' >node");
        assertThat(doctor.output()).containsPattern("no +node").containsPattern("ok +hosts");
    }

    @Test
    void clusterThatIsNotThereIsSaidOnce() {
        CommandResult doctor = doctor(": >apiserver");
        assertThat(doctor.output().lines().filter(line -> line.contains("does not run")))
                .hasSize(1);
        assertThat(doctor.output()).doesNotContain("argo-cd", "hosts", "address", "metrics");
        assertThat(doctor.exitCode()).isZero();
    }

    @Test
    void takenPortOfTheWebPageIsANote() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandResult doctor = doctor("export PORT=" + taken.getLocalPort());
            assertThat(doctor.output()).containsPattern("note +ui +port " + taken.getLocalPort() + " .* is taken");
            assertThat(doctor.exitCode()).isZero();
        }
    }

    @Test
    void upBeginsWithWhatItNeeds() {
        CommandResult up = run("local/up", "rm bin/helm bin/mvn; : >apiserver; echo 1 >cpus");
        assertThat(up.exitCode()).isOne();
        assertThat(up.output())
                .contains("'helm' is not installed", "'mvn' is not installed", "1 CPUs", "nothing was changed")
                .doesNotContain("starting minikube", "ok  ");
    }

    /** README's list of what a person needs, the one of the doctor, and the tools that are pinned. */
    @Test
    void readmeListsWhatIsChecked() {
        String checked = place.must("TOOLS=; . local/checks-machine.sh; echo $TOOLS $CPUS $DISK");
        String start = Repository.read("README.md").split("## Start")[1].split("```")[0];
        for (String tool : checked.replace("mvn", "Maven").split(" ")) {
            assertThat(start).containsPattern("\\b" + tool + "\\b");
        }
        assertThat(Repository.read("mise.toml")
                        .replace("maven", "mvn")
                        .lines()
                        .filter(line -> line.contains(" = "))
                        .map(line -> line.split(" ")[0]))
                .isSubsetOf(checked.split(" "));
    }

    private CommandResult doctor(String plant) {
        return run("local/doctor", plant);
    }

    /** Plants a fault, and runs a script where nothing is but the programs of this machine. */
    private CommandResult run(String script, String plant) {
        return place.run("""
                unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy NO_PROXY no_proxy
                unset MINIKUBE_DRIVER MINIKUBE_MEMORY PORT REPO IMAGE
                export HOSTS_FILE=$PLACE/hosts PORT=18443
                certificate() {
                  openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=x -keyout key -out tls.crt \\
                    -days "$1" -addext "subjectAltName=$2" 2>/dev/null
                }
                cd "$PLACE"
                %s
                cd clone
                PATH=$PLACE/bin %s
                """.formatted(plant, script));
    }
}
