package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hello.support.CommandResult;
import hello.support.Gate;
import hello.support.PrivateServer;
import hello.support.StandIn;
import hello.support.Symptom;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code make login} gives to whom, and what {@code make up} and {@code make status} say where that is missing.
 * Git and its server are real; the registry asks for a token as GHCR does.
 */
class LoginTest {

    private static final String READS = "t0ken-that-reads";
    private static final String PULLS = "t0ken-that-pulls";

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn kubectl;
    private PrivateServer git;
    private HttpServer registry;
    private String repo;
    private String image;
    private boolean isPublic;

    @BeforeEach
    void aPrivateRepositoryAndImage() throws IOException {
        place = new Workplace(folder, "clone");
        place.must("git config gitops.context lab; git clone -q --bare . \"$PLACE/private.git\"");
        git = PrivateServer.git("127.0.0.1", folder, Gate.of("dave", READS));
        repo = git.url("private.git");
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", this::answer);
        registry.start();
        image = "localhost:" + registry.getAddress().getPort() + "/ada/hello";
        place.standIn("minikube", "");
        place.standIn("helm", """
                printf '%s\\n' '        managedNamespaceMetadata:' '          labels:' '            example.org/a: b' \\
                  '            example.org/c: d' '        automated:'
                """);
        // What is applied is kept; an Application is there when the file `root` is.
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *apply*) cat >>"$PLACE/applied" ;;
                  *"get applications "*) cat "$PLACE/root" 2>/dev/null ;;
                  *"get namespaces -l "*) echo namespace/hello-preview-page ;;
                  *"get namespace hello-"*) cat "$PLACE/foreign" 2>/dev/null ;;
                  *"get secrets "*) cat "$PLACE/urls" 2>/dev/null ;;
                  *"get secret "*) [ -e "$PLACE/secret" ] ;;
                  *" get deployment/hello "*) cat "$PLACE/named" ;;
                  *"get pods "*) cat "$PLACE/pods" ;;
                  *"get application/hello "*ERROR*) cat "$PLACE/error" ;;
                  *"get application/hello "*) echo "<none>   $REPO" ;;
                esac
                """);
    }

    @AfterEach
    void stop() {
        git.close();
        registry.stop(0);
    }

    private void answer(HttpExchange request) throws IOException {
        String authorization = String.valueOf(request.getRequestHeaders().getFirst("Authorization"));
        String here = "http://localhost:" + registry.getAddress().getPort();
        if (request.getRequestURI().getPath().equals("/token")) {
            if (authorization.equals("Basic " + base64("dave:" + PULLS))) {
                assertThat(request.getRequestURI().getQuery()).contains("service=images", ":ada/hello:pull");
                send(request, 200, "{\"token\":\"a.bearer\"}");
            } else if (authorization.equals("Basic " + base64("dave:" + READS))) {
                send(request, 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"permission_denied: scopes\"}]}");
            } else {
                send(request, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"unknown\"}]}");
            }
        } else if (isPublic || authorization.equals("Bearer a.bearer")) {
            send(request, 200, "{\"tags\":[]}");
        } else {
            String challenge = "Bearer realm=\"" + here + "/token\",service=\"images\",scope=\"other\"";
            request.getResponseHeaders().add("WWW-Authenticate", challenge);
            send(request, 401, "");
        }
    }

    private static void send(HttpExchange request, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (request) {
            request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            request.getResponseBody().write(body);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void oneTokenIsForBoth() {
        git.accept(Gate.of("dave", PULLS));
        String said = login(PULLS).orFail().output();
        assertThat(said)
                .contains("Argo CD reads " + repo)
                .contains("hello-preview-page hello-production hello-staging pulls " + image)
                .contains("the line imagePullSecrets: [registry] in gitops/environments/staging/values.yaml");
        assertThat(place.read("applied"))
                .contains("argocd.argoproj.io/secret-type: repository", "app.kubernetes.io/part-of: hello")
                .contains("url: " + base64(repo), "username: " + base64("dave"), "password: " + base64(PULLS))
                .contains(base64("{\"auths\": {\"" + image.replaceFirst("/.*", "") + "\": {\"auth\": \""
                        + base64("dave:" + PULLS) + "\"}}}"))
                .contains("name: hello-staging, labels: {example.org/a: b,example.org/c: d}");
        assertThat(said + kubectl.calls()).as("what everybody can read").doesNotContain(PULLS, base64(PULLS));
    }

    @Test
    void eachOfTwoTokensIsGivenWhereItIsGood() {
        assertThat(login(READS).orFail().output())
                .contains("Argo CD reads " + repo)
                .satisfies(Symptom.of("this token does not pull …: it lacks the right")::isIn)
                .contains("read:packages", "(403 permission_denied: scopes)");
        assertThat(place.read("applied")).contains("type: repository").doesNotContain("dockerconfigjson");
        place.must("rm \"$PLACE/applied\"");
        assertThat(login(PULLS).orFail().output())
                .contains("does not read " + repo, "Authentication failed", "pulls " + image);
        assertThat(place.read("applied")).contains("dockerconfigjson").doesNotContain("type: repository");
    }

    @Test
    void whatIsGoodForNothingChangesNothing() {
        refused(login("wrong"), "does not take it, or AS=dave is not its owner (401 unknown)", "given to nobody");
        assertThat(place.read("applied")).isEmpty();
    }

    @Test
    void whatEverybodyCanReadNeedsNoToken() {
        isPublic = true;
        place.must("mkdir -p \"$PLACE/github/ada\"; git clone -q --bare . \"$PLACE/github/ada/hello\"");
        repo = "https://github.com/ada/hello";
        refused(login("any"), "Argo CD needs no log-in", "the environments need no log-in", "given to nobody");
        assertThat(upTo("require_login").output()).isEqualTo("goes on\n");
    }

    @Test
    void whatTheClusterFollowsNeedNotBeSaidAgain() {
        place.write("root", repo + " " + image + " <none> <none>\n");
        place.must("printf 'imagePullSecrets: [registry]\\n' | tee -a gitops/environments/*/values.yaml >/dev/null");
        place.must("printf %s " + PULLS + " >token");
        assertThat(place.run("AS=dave local/login <token").orFail().output())
                .contains("pulls " + image)
                .doesNotContain("next:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "quote\\\"d"})
    void whatIsNoTokenIsRefused(String token) {
        refused(login(token), "standard input has no token, or more than that", "make login AS=YOU <FILE");
    }

    @Test
    void othersNamespaceGetsNothing() {
        place.write("foreign", "namespace/hello-production\n");
        refused(login(PULLS), "make up did not make the namespace hello-p");
        assertThat(place.read("applied")).isEmpty();
    }

    @Test
    void theRepositoryInMinikubeHasNoLogin() {
        refused(place.run("local/login <<<" + READS), "have no log-in", "make login REPO=https://");
    }

    @Test
    void upSaysWhatIsMissingBeforeAnythingFollowsTheRepository() {
        Symptom.of("… is private, and Argo CD has no log-in for it")
                .isIn(upTo("require_login").output());
        refused(
                upTo("require_login"),
                repo + " is private, and ",
                "nothing follows it yet",
                "could not read Username",
                "next: make login REPO=" + repo + " IMAGE=" + image + " AS=YOU <FILE",
                "then make up REPO=" + repo + " IMAGE=" + image);
        repo = "git@github.com:ada/hello.git";
        refused(upTo("require_login"), "next: local/argocd repo add git@github.com:ada/hello.git --ssh-private-key");
    }

    /** A Secret of the repository, or of what begins as its address does. */
    @ParameterizedTest
    @CsvSource({
        "https://github.com/ada/hello, yes",
        "https://github.com/ada/hello.git, yes",
        "https://github.com/ada, yes",
        "https://github.com/ada/hello-world, no",
        "https://github.com/bob/hello, no",
        "'', no"
    })
    void upGoesOnWhereThereIsALogin(String url, String goesOn) {
        repo = "https://github.com/ada/hello";
        place.write("urls", url + "\n");
        assertThat(upTo("require_login").output().equals("goes on\n")).isEqualTo(goesOn.equals("yes"));
    }

    @Test
    void upSaysThatArgoCdIsRefused() {
        place.write("error", "failed to list refs: authentication required: Repository not found.\n");
        Symptom.of("Argo CD cannot read …: authentication required")
                .isIn(upTo("explain_refused_repository").output());
        refused(upTo("explain_refused_repository"), "Argo CD cannot read " + repo + ": ", "next: make login REPO=");
        place.write("error", "helm template . failed exit status 1\n");
        assertThat(upTo("explain_refused_repository").output()).isEqualTo("goes on\n");
    }

    /**
     * Words of the registry, what the Deployment names, whether that Secret is there; what comes next, and what not.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 Unauthorized         | <none>   | no  | or give a token: make login    | nothing
            401 Unauthorized | <none> | no | imagePullSecrets: [registry] in gitops/environments/staging | nothing
            authentication required  | <none>   | yes | imagePullSecrets: [registry]   | make login
            403 Forbidden            | registry | no  | or give a token: make login    | imagePullSecrets
            denied                   | ghcr     | yes | another token for it           | imagePullSecrets
            i/o timeout              | <none>   | no  | ImagePullBackOff               | next:
            """)
    void whatIsNotPulledIsExplained(String words, String named, String there, String next, String not) {
        place.write("pods", "  hello-a: ImagePullBackOff Back-off pulling image: " + words + "\n");
        place.write("named", named + "\n");
        if (there.equals("yes")) {
            place.write("secret", "");
        }
        String said = place.must(". local/lib.sh; . local/explain.sh; CONTEXT=lab IMAGE=ghcr.io/ada/hello;"
                + " explain_workload hello-staging");
        assertThat(said).contains(next).doesNotContain(not);
    }

    private CommandResult login(String token) {
        place.write("token", token + "\n");
        return place.run("REPO=\"$1\" IMAGE=\"$2\" AS=dave local/login <\"$PLACE/token\"", repo, image);
    }

    /** A step of `make up`, by itself. */
    private CommandResult upTo(String step) {
        String up = "export CONTEXT=lab REPO=$1 IMAGE=$2; . local/lib.sh; . local/settings.sh; . local/login.sh; ";
        return place.run(up + step + "; echo 'goes on'", repo, image);
    }

    private static void refused(CommandResult result, String... sentences) {
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output()).contains(sentences);
    }
}
