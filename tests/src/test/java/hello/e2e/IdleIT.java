package hello.e2e;

import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;

import hello.e2e.Kubelet.Need;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the cluster needs while nobody asks anything of it, as the kubelet measures it. */
@ClusterTest
class IdleIT {
    /** The kubelet measures a pod every ten to twenty seconds. */
    private static final Duration WINDOW = Duration.ofSeconds(30);

    /** Argo CD has just started what {@code make up} gave it, and takes minutes to give that memory back. */
    private static final int WINDOWS = 8;

    @Test
    @DisplayName("at rest Argo CD needs no more than 25m CPU and 200 MiB")
    void atRest() throws InterruptedException {
        Cluster.waitUntilAllIsWell();
        Map<String, Need> needs = Map.of();
        Need argoCd = Need.NOTHING;
        for (int i = 0; i < WINDOWS && (i == 0 || argoCd.cpu() > 25 || argoCd.memory() > 200); i++) {
            needs = needs();
            argoCd = sum(needs, pod -> pod.startsWith("argocd/"));
        }
        measured("Argo CD " + argoCd);
        measured("the service " + sum(needs, pod -> pod.startsWith("hello-")));
        measured("the whole node with Kubernetes " + needs.get(Kubelet.NODE));
        assertThat(argoCd.cpu()).as("Argo CD's CPU").isLessThanOrEqualTo(25);
        assertThat(argoCd.memory()).as("Argo CD's memory").isLessThanOrEqualTo(200);
    }

    private static Need sum(Map<String, Need> needs, Predicate<String> pods) {
        return needs.entrySet().stream()
                .filter(each -> pods.test(each.getKey()))
                .map(Map.Entry::getValue)
                .reduce(Need.NOTHING, Need::plus);
    }

    /** Measures for a window: each pod that was there all the time by NAMESPACE/NAME, and the node. */
    private static Map<String, Need> needs() throws InterruptedException {
        Map<String, Kubelet.Sample> first = Kubelet.samples();
        Thread.sleep(WINDOW);
        return Kubelet.samples().entrySet().stream()
                .filter(each -> first.containsKey(each.getKey()))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> Need.between(first.get(each.getKey()), each.getValue())));
    }
}
