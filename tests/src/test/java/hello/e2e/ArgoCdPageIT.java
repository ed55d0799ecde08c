package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;
import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Argo CD's page in a real browser, as {@code make ui} brings it to this machine. {@code -Dpictures=docs} saves what is
 * seen into that folder.
 */
@ClusterTest
class ArgoCdPageIT {
    private static final String STAGING = "hello-staging";
    private static final String OPERATION = ".status.operationState.";
    private static final String LINK = "link.argocd.argoproj.io/source-commit";
    private static final String PORT = "19444";
    private static final String ADDRESS = "https://localhost:" + PORT;
    private static final int WIDTH = 1700;
    private static final int SIDE_BAR = 230;

    @TempDir
    static Path folder;

    private static Process ui;
    private static Browser browser;

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (ui != null) {
            ui.descendants().forEach(ProcessHandle::destroy);
            ui.destroy();
        }
    }

    /** The browser, logged in; a test is not tried where there is none, or no page. */
    private static Browser loggedIn() throws Exception {
        if (browser == null) {
            Optional<Path> program = Browser.program();
            assumeTrue(program.isPresent(), "this machine has no Chromium");
            bringPage();
            browser = Browser.start(program.get(), folder.resolve("profile"), Cluster.IP);
            browser.trustAll();
            browser.as("light", WIDTH);
            logIn();
        }
        return browser;
    }

    private static void bringPage() throws IOException {
        if (ui == null) {
            ui = ArgoCd.page(PORT);
            waitUntil("Argo CD answers", () -> answer("/healthz").equals("ok"));
        }
        assumeTrue(answer("/").contains("<base href"), "this Argo CD has no page; the lab: make lab-up LAB_PAGE=yes");
    }

    private static String answer(String path) {
        return Cluster.run(Cluster.ROOT, "curl", "-sk", "-m", "5", ADDRESS + path)
                .output()
                .strip();
    }

    private static void logIn() throws Exception {
        browser.open(ADDRESS + "/login", "!!" + one("input[name=username]"));
        browser.type(one("input[name=username]"), "admin");
        browser.type(
                one("input[name=password]"), ArgoCd.decoded(field("argocd", ArgoCd.FIRST_PASSWORD, ".data.password")));
        browser.click(one("button[type=submit]"));
        browser.until("location.pathname == '/applications'");
    }

    @Test
    @Order(1)
    @DisplayName("Argo CD's page lets admin in, and shows each Application Healthy and Synced")
    void applications() throws Exception {
        Browser page = loggedIn();
        String[] names = kubectl("-n", "argocd", "get", "applications", "-o", "jsonpath={.items[*].metadata.name}")
                .orFail()
                .line()
                .split(" ");
        Cluster.waitUntilAllIsWell();
        page.until(all("[qe-id=applications-tiles-health-status]")
                + ".filter(e => /Healthy\\s+Synced/.test(e.innerText)).length == " + names.length);
        assertThat(page.text("document.body.innerText")).contains(names);
        save("applications");
        measured(names.length + " Applications");
    }

    @Test
    @Order(2)
    @DisplayName("Argo CD's page shows an environment down to its pods, a pod's log, and the way to the service")
    void environment() throws Exception {
        Browser page = loggedIn();
        List<String> pods = pods("staging");
        openStaging();
        for (String pod : pods) {
            page.until("!!" + box(pod));
        }
        page.until("!!" + one("a[href^=\"http://" + Cluster.host("staging") + "\"]"));
        save("tree");
        page.click(box(pods.get(0)));
        page.click(named(".tabs__nav a", "LOGS"));
        String lines = all(".pod-logs-viewer .noscroll");
        page.until(lines + ".some(line => line.textContent.trim())");
        String line = page.text(lines + ".map(line => line.textContent.trim()).find(text => text)");
        assertThat(kubectl("-n", STAGING, "logs", pods.get(0)).orFail().output())
                .contains(line);
        save("log");
        measured(pods.size() + " pods; " + page.text(lines + ".length") + " lines of log");
    }

    /** Where git is not on GitHub no Application has such a link: the root one gets it for the while. */
    @Test
    @Order(3)
    @DisplayName("Argo CD's page leads to the source commit that an Application names")
    void sourceCommit() throws Exception {
        Browser page = loggedIn();
        String link = "https://github.com/acme/hello/commit/" + "0".repeat(40);
        annotate(LINK + "=" + link);
        try {
            page.open(ADDRESS + "/applications/argocd/hello?view=tree", "!!" + one("a[href=\"" + link + "\"]"));
            measured("1 link");
        } finally {
            annotate(LINK + "-");
        }
    }

    /** Gives the root Application an annotation or takes it, and has Argo CD look at it. */
    private static void annotate(String annotation) {
        kubectl("-n", "argocd", "annotate", "application/hello", annotation, "argocd.argoproj.io/refresh=normal")
                .orFail();
    }

    @Test
    @Order(4)
    @DisplayName("Argo CD's page syncs an environment by its button")
    void sync() throws Exception {
        Browser page = loggedIn();
        Cluster.waitUntilAllIsWell(); // no sync of Argo CD's own gets in between
        String former = operation("startedAt");
        openStaging();
        page.click(named("button", "SYNC"));
        page.click(one("[qe-id=application-sync-panel-button-synchronize]:not([disabled])"));
        double seconds = waitUntil(
                "it is synced",
                () -> !operation("startedAt").equals(former)
                        && operation("phase").equals("Succeeded"));
        assertThat(operation("operation.initiatedBy.username")).isEqualTo("admin");
        page.until("/Sync OK/.test(" + one(".application-status-panel") + ".innerText)");
        measured("synced " + seconds + " s after the click");
    }

    @Test
    @Order(5)
    @DisplayName("Argo CD's page names the reason at a bad release's pod, before any click")
    void badRelease() throws Exception {
        Browser page = loggedIn();
        String reason = all(".application-resource-tree__node")
                + ".some(e => /Kind: Pod/.test(e.title) && /ImagePull/i.test(e.innerText))";
        openStaging();
        page.until("!!" + box(pods("staging").get(0)));
        assertThat(page.text(reason)).isEqualTo("false");
        Clone clone = Clone.fresh(folder, "gina");
        String commit = clone.git("rev-parse", "HEAD");
        clone.bump(commit.substring(0, 12), "sha256:" + "0".repeat(64), commit);
        try {
            double seconds =
                    waitUntil("the page names it", () -> page.text(reason).equals("true"));
            measured("named after " + seconds + " s");
            save("bad-release");
        } finally {
            clone.make("rollback", "ENV=staging").orFail();
            Cluster.waitUntilAllIsWell();
        }
    }

    private static void openStaging() throws Exception {
        browser.open(
                ADDRESS + "/applications/argocd/" + STAGING + "?view=tree",
                "!!" + one(".application-resource-tree__node"));
    }

    private static String operation(String field) {
        return field("argocd", "application/" + STAGING, OPERATION + field);
    }

    private static String one(String selector) {
        return "document.querySelector('" + selector + "')";
    }

    private static String all(String selector) {
        return "[...document.querySelectorAll('" + selector + "')]";
    }

    /** The element with that text alone. */
    private static String named(String selector, String text) {
        return all(selector) + ".find(e => e.innerText.trim().toUpperCase() == '" + text + "')";
    }

    /** The box of a pod in the tree. */
    private static String box(String pod) {
        return all(".application-resource-tree__node") + ".find(e => /Kind: Pod[^]*Name: " + pod + "/.test(e.title))";
    }

    private static void save(String name) throws Exception {
        String pictures = System.getProperty("pictures");
        if (pictures != null) {
            Path into = Files.createDirectories(Cluster.ROOT.resolve(pictures));
            browser.picture(into.resolve("argocd-" + name + ".webp"), SIDE_BAR);
        }
    }
}
