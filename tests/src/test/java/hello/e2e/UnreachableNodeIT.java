package hello.e2e;

import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that reaches the Kubernetes API and not the node's ports 80 and 443, as with minikube's Docker driver on
 * macOS and Windows. The packets are taken away in the node, by its own iptables, which kube-proxy has.
 */
@ClusterTest
class UnreachableNodeIT {

    /** Hardly a packet's way: in front of everything else that the node does with it. */
    private static final String DROP = "raw PREROUTING -s %s -p tcp --dport %d -j DROP";

    /** The ingress controller's ports are the node's by then, so it is the original port that counts. */
    private static final String REJECT =
            "filter FORWARD -s %s -p tcp -m conntrack --ctorigdstport %d -j REJECT --reject-with icmp-port-unreachable";

    private static final String HOST = "unreachable.hello.test";

    @TempDir
    static Path folder;

    /** In a folder whose name has a blank, as many a user's has. */
    static Clone frank;

    @BeforeAll
    static void clones() {
        frank = Clone.fresh(folder, "Frank N");
    }

    @AfterEach
    void reachableAgain() {
        for (String rule : List.of(DROP, REJECT)) {
            iptables("-D", rule);
        }
    }

    @Test
    @Order(1)
    @DisplayName("where the node's address is silent, the whole loop works over the Kubernetes API")
    void dropped() throws Exception {
        block(DROP);
        double first = frank.make("up").orFail().number("Ready after ([0-9]+) s");
        CommandResult second = frank.make("up").orFail();
        assertThat(second.output())
                .contains("cannot be reached from this machine", "port-forward deployment/traefik 8080:web");
        String commit = frank.changeCode("a change from behind a wall");
        CommandResult deploy = frank.make("deploy").orFail();
        assertThat(deploy.output()).contains("every pod answers with commit " + commit.substring(0, 12));
        frank.make("promote").orFail();
        frank.make("rollback", "ENV=production").orFail();
        CommandResult status = frank.make("status").orFail();
        assertThat(status.output()).containsPattern("staging +\\S+ +" + commit.substring(0, 12));
        install();
        measured("make up %.0f s and %.0f s, first new answer %.1f s after the push"
                .formatted(
                        first,
                        second.number("Ready after ([0-9]+) s"),
                        deploy.number("first answer with the new version ([0-9.]+) s after the push")));
    }

    private static void install() {
        try {
            CommandResult install = frank.make("install", "HOST=" + HOST).orFail();
            assertThat(install.output()).contains("curl --connect-to " + HOST + ":80:127.0.0.1:8080");
        } finally {
            kubectl("delete", "namespace", "hello", "--ignore-not-found", "--wait=false");
        }
    }

    @Test
    @Order(2)
    @DisplayName("where the node's address refuses, what runs is seen all the same")
    void rejected() throws Exception {
        String commit = Cluster.runningCommit("production");
        block(REJECT);
        long begin = System.nanoTime();
        CommandResult status = frank.make("status").orFail();
        double seconds = (System.nanoTime() - begin) / 1e9;
        assertThat(status.output()).containsPattern("production +\\S+ +" + commit.substring(0, 12));
        assertThat(frank.make("up").orFail().output()).contains("production answers");
        measured("make status %.1f s".formatted(seconds));
    }

    /** Some nodes have no such kube-proxy; then nothing was tried. */
    private static void block(String rule) {
        assumeTrue(iptables("-I", rule), "kube-proxy has iptables and may use them");
        assumeTrue(!reachable(), "this machine's packets go to the node by the way that was closed");
    }

    private static boolean reachable() {
        try {
            Cluster.get("unknown.test");
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean iptables(String option, String rule) {
        boolean done = true;
        for (int port : new int[] {80, 443}) {
            String[] words = rule.formatted(Cluster.ownAddress(), port).split(" ", 2);
            String command = "iptables -w -t " + words[0] + " " + option + " " + words[1];
            done &= kubectl(("-n kube-system exec daemonset/kube-proxy -- " + command).split(" "))
                            .exitCode()
                    == 0;
        }
        return done;
    }
}
