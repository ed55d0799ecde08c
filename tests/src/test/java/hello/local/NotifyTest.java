package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import hello.support.CommandResult;
import hello.support.StandIn;
import hello.support.Yaml;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code make notify} tries, stores and refuses; a server of this test answers as GitHub's API does. */
class NotifyTest {

    private static final String TOKEN = "t0ken-that-writes";
    private static final String GITHUB = "https://github.com/ada/hello";

    @TempDir
    private Path folder;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private Workplace place;
    private StandIn kubectl;
    private HttpServer github;
    private String api;
    private int code = 422;

    @BeforeEach
    void anArgoCdAndGitHub() throws IOException {
        github = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        github.createContext("/", this::answer);
        github.start();
        api = "http://localhost:" + github.getAddress().getPort() + "/api/v3";
        place = new Workplace(folder, "clone");
        place.must("git config gitops.context lab");
        place.standIn("minikube", "");
        // What is applied is kept; the settings that are there are in the file `settings`.
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo "$(cat "$PLACE/repo") ghcr.io/ada/hello" ;;
                  *apply*) cat >>"$PLACE/applied" ;;
                  *configmap/argocd-notifications-cm*custom-columns*) cat "$PLACE/settings" ;;
                  *get*namespaces*) cat "$PLACE/foreign" 2>/dev/null ;;
                  *"rollout status"*) [ ! -e "$PLACE/stuck" ] ;;
                esac
                """);
        place.write("repo", GITHUB + ".git");
        place.write("settings", "<none>   <none>\n");
    }

    @AfterEach
    void stop() {
        github.stop(0);
    }

    private void answer(HttpExchange request) throws IOException {
        requests.add(request.getRequestMethod() + " " + request.getRequestURI() + " "
                + request.getRequestHeaders().getFirst("Authorization") + " "
                + new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] body = "{\"message\":\"GitHub's words\"}".getBytes(StandardCharsets.UTF_8);
        try (request) {
            request.sendResponseHeaders(code, body.length);
            request.getResponseBody().write(body);
        }
    }

    @Test
    void aTokenThatWritesIsStoredAndTheControllerStarted() {
        String said = notifying(TOKEN).orFail().output();
        assertThat(requests)
                .containsExactly("POST /api/v3/repos/ada/hello/statuses/" + "0".repeat(40) + " Bearer " + TOKEN
                        + " {\"state\":\"pending\"}");
        String applied = place.read("applied");
        assertThat(applied)
                .contains("github-token: " + Base64.getEncoder().encodeToString(TOKEN.getBytes(StandardCharsets.UTF_8)))
                .contains("platform/notify: hello", "url: " + api + "\n")
                .contains("repoURL: " + GITHUB + ".git\n", "repository: ada/hello\n")
                .contains("selector: app.kubernetes.io/part-of=hello,app.kubernetes.io/component=environment")
                .doesNotContain("SERVICE", "FOLLOWED", "OWNER/NAME");
        assertThat(kubectl.calls())
                .contains("apply --server-side --force-conflicts --field-manager=make-notify")
                .contains("annotate applications -l app.kubernetes.io/part-of=hello,"
                        + "app.kubernetes.io/component=environment notified.notifications.argoproj.io-")
                .contains("scale deployment/argocd-notifications-controller --replicas=1");
        assertThat(said).contains("each environment's commit on ada/hello has the status argocd/ENVIRONMENT");
        assertThat(said + kubectl.calls()).as("what everybody can read").doesNotContain(TOKEN);
    }

    /** GitHub's code, and what of it is said. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | does not take this token: it is wrong, or has expired (401 GitHub's words)
            403 | this token may not write commit statuses of ada/hello (403 GitHub's words)
            404 | this token does not see ada/hello, or may write no status there (404 GitHub's words)
            200 | gives an answer that is not GitHub's (200 GitHub's words)
            """)
    void whatGitHubRefusesChangesNothing(int refusal, String words) {
        code = refusal;
        refused(notifying(TOKEN), words, "nothing was changed", "commit statuses of ada/hello: make notify <FILE");
    }

    @Test
    void whatCannotBeReachedIsSaid() {
        github.stop(0);
        refused(notifying(TOKEN), api + " cannot be reached from here (000)");
    }

    /** What Argo CD follows, what REPO= says, whose commits get the status; by API= a host may be any. */
    @ParameterizedTest
    @CsvSource({
        "https://github.com/ada/hello, '', ada/hello",
        "git@github.com:ada/hello.git, '', ada/hello",
        "ssh://git@ssh.github.com:443/ada/hello.git, '', ada/hello",
        "https://github.example.com/ada/hello.git/, '', ada/hello",
        "git://git.git.svc.cluster.local/hello.git, bob/world, bob/world",
        "git://git.git.svc.cluster.local/hello.git, https://github.com/bob/world.git, bob/world"
    })
    void eachAddressNamesItsRepository(String follows, String given, String name) {
        place.write("repo", follows);
        notifying(TOKEN, "REPO=" + given).orFail();
        assertThat(place.read("applied")).contains("repository: " + name + "\n", "repoURL: " + follows + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "git://git.git.svc.cluster.local/hello.git, ''",
        "https://gitlab.com/ada/hello, ''",
        "https://github.com/ada/hello, hello",
        "https://github.com.example.org/ada/hello, ''",
        "https://github.com/ada/hello, ada/hello/x"
    })
    void whatIsNotOnGitHubIsRefused(String follows, String given) {
        place.write("repo", follows);
        api = "https://api.github.com";
        refused(notifying(TOKEN, "REPO=" + given), "is not on GitHub", "next: make notify REPO=OWNER/NAME");
    }

    @Test
    void whatIsNoTokenOrNoAddressIsRefused() {
        refused(notifying("two words"), "standard input has no token, or more than that", "make notify <FILE");
        api = "ftp://nowhere";
        refused(notifying(TOKEN), "API='ftp://nowhere' is no address");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <none>   map[trigger.mine:x] | sends other notifications, which make notify did not set up
            other    map[context:x]      | tells of the commits of 'other', and of one service alone
            """)
    void whatIsSomebodyElsesStays(String settings, String words) {
        place.write("settings", settings + "\n");
        refused(notifying(TOKEN), words);
        refused(place.run("local/notify --off"), words);
        assertThat(kubectl.calls()).doesNotContain("scale", "patch");
    }

    @Test
    void anArgoCdThatWasThereBeforeIsLeftAlone() {
        place.write("foreign", "namespace/argocd\n");
        refused(notifying(TOKEN), "make up did not install this Argo CD", "docs/notifications.md");
    }

    @Test
    void aControllerThatDoesNotStartIsSaid() {
        place.write("stuck", "");
        CommandResult result = notifying(TOKEN);
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("notifications controller does not start", "describe pods");
    }

    @Test
    void offTakesTokenAndSettingsAway() {
        place.write("settings", "hello    map[context:x]\n");
        assertThat(place.run("local/notify --off").orFail().output()).contains("no status is told any more");
        assertThat(kubectl.calls())
                .contains("scale deployment/argocd-notifications-controller --replicas=0")
                .contains("patch secret/argocd-notifications-secret", "patch configmap/argocd-notifications-cm")
                .contains("\"data\": null");
    }

    /** `make up` installs the release with no such controller, and puts back what this service set up. */
    @ParameterizedTest
    @CsvSource({"hello, yes", "other, yes", "<none>, no"})
    void upKeepsThem(String whose, String kept) {
        place.write("settings", whose + "   <none>\n");
        place.must("export CONTEXT=lab; . local/lib.sh; . local/notify.sh; keep_notifications");
        assertThat(kubectl.calls().contains("--replicas=1")).isEqualTo(kept.equals("yes"));
    }

    /** What the controller cannot parse it drops, with all other settings. */
    @Test
    void triggersNameTemplatesThatAreThere() {
        String file = place.must("cat argocd/notifications/argocd-notifications-cm.yaml");
        Map<?, ?> data = (Map<?, ?>) Yaml.document(file).get("data");
        String triggers = data.get("trigger.commit-status").toString();
        List<?> conditions =
                (List<?>) Yaml.document("all:\n" + triggers.indent(2)).get("all");
        assertThat(conditions).isNotEmpty().allSatisfy(condition -> {
            List<?> templates = (List<?>) ((Map<?, ?>) condition).get("send");
            assertThat(templates)
                    .allSatisfy(name -> assertThat(
                                    Yaml.document(data.get("template." + name).toString()))
                            .containsKey("webhook"));
        });
        assertThat(Yaml.document(data.get("service.webhook.github").toString())).containsKeys("url", "headers");
    }

    private CommandResult notifying(String token, String... settings) {
        place.write("token", token + "\n");
        return place.run("API=\"$1\" env \"${@:2}\" local/notify <\"$PLACE/token\"", words(settings));
    }

    private String[] words(String... settings) {
        String[] words = new String[settings.length + 1];
        words[0] = api;
        System.arraycopy(settings, 0, words, 1, settings.length);
        return words;
    }

    private void refused(CommandResult result, String... sentences) {
        assertThat(result.exitCode()).as(result.output()).isOne();
        assertThat(result.output()).contains(sentences);
        assertThat(place.read("applied")).isEmpty();
    }
}
