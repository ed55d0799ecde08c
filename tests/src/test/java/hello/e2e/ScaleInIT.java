package hello.e2e;

import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Production gives back the pods that load added, while the tests before this one ran. */
@ClusterTest
class ScaleInIT {
    @AfterAll
    static void end() {
        Scaling.production().prober.close();
    }

    @Test
    @DisplayName("when load ends its pods are taken away, with no flapping; and of all requests meanwhile none is lost")
    void in() throws Exception {
        Scaling production = Scaling.production();
        production.scaledIn.get(15, TimeUnit.MINUTES);
        List<Integer> wanted = production.desiredReplicas;
        measured("all gone " + production.secondsToScaleIn + " s after the load; wanted " + wanted);
        int top = wanted.indexOf(wanted.stream().max(Integer::compare).orElseThrow());
        assertThat(IntStream.range(1, wanted.size())
                        .allMatch(
                                i -> i <= top ? wanted.get(i) > wanted.get(i - 1) : wanted.get(i) < wanted.get(i - 1)))
                .as("up, then down: " + wanted)
                .isTrue();
        assertThat(wanted)
                .startsWith(production.minReplicas)
                .endsWith(production.minReplicas)
                .hasSizeGreaterThan(2);
        assertThat(production.secondsToScaleIn)
                .as("180 s of quiet, a minute for a second pod, and two for the measurements")
                .isBetween(180.0, 180.0 + 60 + 120 + 60);
        production.prober.assertNoneLost();
        assertThat(production.prober.answers()).as("one version, one greeting").hasSize(1);
    }
}
