package hello.e2e;

import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Production is scaled out and in by load. */
@Tag("e2e")
@ExtendWith(Promises.class)
@Order(45)
@Disabled("how much load two processors give beside everything else is not settled")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ScaleIT {
    static Scaling production;

    @BeforeAll
    static void begin() {
        production = new Scaling();
    }

    @AfterAll
    static void end() {
        production.close();
    }

    @Test
    @Order(1)
    @DisplayName("new pods that start add no more pods")
    void spike() throws Exception {
        List<Integer> wanted = await(production.spike);
        measured("measured " + production.untilMeasured + " s after the rollout, and " + wanted + " pods wanted, then and a minute later");
        assertThat(wanted).containsExactly(production.least);
    }

    @Test
    @Order(2)
    @DisplayName("load adds pods, and takes them away when it ends")
    void outAndIn() throws Exception {
        List<Integer> wanted = await(production.scaled);
        measured("more pods ready " + production.untilMore + " s after the load began, all gone " + production.untilLess + " s after it ended; wanted " + wanted + "; "
                + production.load + " requests of load");
        int top = wanted.indexOf(wanted.stream().max(Integer::compare).orElseThrow());
        assertThat(IntStream.range(1, wanted.size()).allMatch(i -> i <= top ? wanted.get(i) > wanted.get(i - 1) : wanted.get(i) < wanted.get(i - 1))).as("up, then down: " + wanted).isTrue();
        assertThat(wanted).startsWith(production.least).endsWith(production.least);
        assertThat(production.untilMore).isLessThanOrEqualTo(180);
        assertThat(production.untilLess).as("180 s of quiet, a minute for a second pod, and two for the measurements").isBetween(180.0, 180.0 + 60 + 120 + 60);
    }

    @Test
    @Order(3)
    @DisplayName("no request is lost while pods are added and taken away")
    void nothingLost() {
        production.prober.noneLost();
        assertThat(production.prober.answers()).as("one version, one greeting").hasSize(1);
    }

    private static <T> T await(java.util.concurrent.CompletableFuture<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(20, TimeUnit.MINUTES);
    }
}
