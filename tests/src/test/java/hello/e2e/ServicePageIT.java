package hello.e2e;

import static hello.e2e.Cluster.host;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's page in a real browser, through the ingress. */
@ClusterTest
class ServicePageIT {
    private static final int WIDE = 1280;
    private static final int NARROW = 320;
    private static final String COMMIT = "document.querySelectorAll('code.commit')[1]";

    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "the service's page is readable in light, in dark and on a narrow screen, colours tell versions apart, "
                    + "and the console has no error")
    void page() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "this machine has no Chromium");
        try (Browser browser = Browser.start(program.get(), folder.resolve("profile"), Cluster.IP)) {
            Set<String> papers = new HashSet<>();
            for (String scheme : List.of("light", "dark")) {
                for (int width : new int[] {WIDE, NARROW}) {
                    browser.as(scheme, width);
                    readable(browser, "staging");
                    papers.add(style(browser, "document.body", "backgroundColor"));
                }
            }
            assertThat(papers)
                    .as("a background for light, another one for dark")
                    .hasSize(2);
            coloursTellVersionsApart(browser);
            assertThat(browser.errors()).isEmpty();
            measured("2 schemes, 2 widths, 2 environments, no error");
        }
    }

    /** The greeting is there, stands out from its background, and nothing is wider than the screen. */
    private static void readable(Browser browser, String environment) throws Exception {
        open(browser, environment);
        assertThat(browser.text("document.querySelector('h1').innerText")).contains(environment);
        assertThat(browser.text("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the screen")
                .isEqualTo("true");
        double ink = lightness(style(browser, "document.querySelector('h1')", "color"));
        double card = lightness(style(browser, "document.querySelector('main')", "backgroundColor"));
        assertThat(Math.abs(ink - card)).as("contrast of the greeting").isGreaterThan(0.6);
    }

    private static void coloursTellVersionsApart(Browser browser) throws Exception {
        open(browser, "staging");
        String commit = browser.text(COMMIT + ".title");
        String colour = style(browser, COMMIT, "backgroundColor");
        open(browser, "production");
        assertThat(style(browser, COMMIT, "backgroundColor").equals(colour))
                .as("one colour means one commit")
                .isEqualTo(browser.text(COMMIT + ".title").equals(commit));
    }

    private static void open(Browser browser, String environment) throws Exception {
        String host = host(environment);
        String ready = "document.readyState == 'complete' && location.host == '" + host + "'";
        browser.open("http://" + host + "/", ready + " && !!" + COMMIT);
    }

    private static String style(Browser browser, String element, String property) throws Exception {
        return browser.text("getComputedStyle(" + element + ")." + property);
    }

    /** Of {@code rgb(r, g, b)}: 0 is black, 1 is white. */
    private static double lightness(String rgb) {
        return List.of(rgb.replaceAll("[^0-9,]", "").split(",")).stream()
                        .mapToInt(Integer::parseInt)
                        .average()
                        .orElseThrow()
                / 255;
    }
}
