package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The browser notices what a page does wrong, where there is a browser. */
class BrowserTest {

    @TempDir
    Path folder;

    @Test
    void hearsEachErrorOfAPage() throws Exception {
        Optional<Path> program = Browser.program();
        assumeTrue(program.isPresent(), "this machine has no Chromium");
        try (Browser browser = Browser.start(program.get(), folder, "127.0.0.1")) {
            browser.open(
                    "data:text/html,fine<script>console.log('fine')</script>", "document.body.innerText == 'fine'");
            assertThat(browser.errors()).isEmpty();
            browser.open(
                    "data:text/html,bad<script>console.error('one')</script><script>nothing()</script>",
                    "document.body.innerText == 'bad'");
            assertThat(browser.errors()).hasSize(2);
        }
    }
}
