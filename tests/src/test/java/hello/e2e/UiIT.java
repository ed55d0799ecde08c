package hello.e2e;

import static hello.e2e.Cluster.waitUntil;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Argo CD's page, as {@code make ui} brings it to this machine. */
@ClusterTest
class UiIT {
    private static final String PORT = "19443";

    @Test
    @DisplayName("make ui brings Argo CD's page, again after the way there broke, and leaves no process behind")
    void page() throws IOException {
        Process ui = ArgoCd.page(PORT);
        try {
            double first = waitUntil("the page answers", UiIT::answers);
            ProcessHandle forward = forward(ui);
            forward.destroy();
            waitUntil("the way is broken", () -> !forward.isAlive());
            double again = waitUntil("the page answers again", UiIT::answers);
            List<ProcessHandle> processes = ui.descendants().toList();
            assertThat(processes).contains(forward(ui));
            ui.destroy();
            waitUntil(
                    "no process is left",
                    () -> !ui.isAlive() && processes.stream().noneMatch(ProcessHandle::isAlive));
            measured("answers after " + first + " s, again " + again + " s after the way there broke");
        } finally {
            ui.descendants().forEach(ProcessHandle::destroy);
            ui.destroy();
        }
    }

    private static boolean answers() {
        String address = "https://localhost:" + PORT + "/healthz";
        return Cluster.run(Cluster.ROOT, "curl", "-fsk", "-m", "2", address).exitCode() == 0;
    }

    private static ProcessHandle forward(Process ui) {
        return ui.descendants()
                .filter(process -> process.info().commandLine().orElse("").contains(" port-forward "))
                .findAny()
                .orElseThrow();
    }
}
