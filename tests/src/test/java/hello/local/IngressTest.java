package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import hello.support.CommandResult;
import hello.support.Symptom;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The way from a machine to the ingress controller: the node's address, or the Kubernetes API where that does not
 * answer. What answers at the end of a port-forward is a real server, asked by the real curl.
 */
class IngressTest {

    /** Of the loopback's range, so that it leads nowhere but to this machine, and nobody answers there. */
    private static final String NODE = "127.198.51.1";

    private static final String ASK = """
            . local/lib.sh
            CONTEXT=lab
            reach_ingress
            echo "ingress $INGRESS $no_ingress"
            """;

    @TempDir
    private Path folder;

    private Workplace place;
    private HttpServer ingress;

    @BeforeEach
    void machine() throws IOException {
        place = new Workplace(folder, "clone");
        place.standIn("minikube", "echo " + NODE);
        place.write("server", "https://" + NODE + ":8443");
        ingress = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ingress.createContext("/", exchange -> {
            byte[] answer =
                    ("heard " + exchange.getRequestHeaders().getFirst("Host") + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        ingress.start();
        forwards("exec sleep 60");
    }

    @AfterEach
    void stop() {
        ingress.stop(0);
    }

    @Test
    void theNodesAddressIsTheWayWhereItAnswers() {
        place.standIn("curl", "echo \"curl $*\" >>\"$PLACE/asked\"");
        CommandResult result = place.run(ASK + "page staging.hello.test; tell_the_way staging.hello.test hello.test");
        assertThat(result.output())
                .contains("ingress " + NODE + ":80 \n")
                .contains(NODE + "  staging.hello.test hello.test")
                .contains("curl --resolve staging.hello.test:80:" + NODE + " http://staging.hello.test/");
        assertThat(place.read("asked")).contains("--connect-to staging.hello.test:80:" + NODE + ":80");
        assertThat(place.read("forwards")).isEmpty();
    }

    @Test
    void theApiIsTheWayWhereTheNodeIsSilent() {
        CommandResult result = place.run(ASK + "page staging.hello.test; tell_the_way staging.hello.test hello.test");
        assertThat(result.output())
                .contains("ingress " + address() + " \n")
                .contains("heard staging.hello.test\n")
                .contains("kubectl --context lab -n traefik port-forward deployment/traefik 8080:web")
                .contains("127.0.0.1  staging.hello.test hello.test")
                .doesNotContain("minikube -p lab tunnel");
        assertThat(place.read("forwards")).contains("--context lab -n traefik port-forward deployment/traefik :web");
        assertThatNothingIsLeft();
    }

    @Test
    void aProxyIsNotAskedForEither() {
        CommandResult result = place.run(
                "export http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9\n" + ASK + "page hello.test");
        assertThat(result.output()).contains("ingress " + address() + " \n").contains("heard hello.test\n");
    }

    /** minikube's tunnel ends at this machine's loopback just where the API does. */
    @Test
    void aNodeInAVirtualMachineHasMinikubesTunnel() {
        place.write("server", "https://127.0.0.1:32769");
        assertThat(place.run(ASK + "tell_the_way hello.test").output()).contains("minikube -p lab tunnel");
    }

    @Test
    void aMachineThatWasBusyOnceIsToldTheNodesAddress() {
        place.standIn("curl", """
                case "$*" in
                  *127.0.0.1:*) ;;
                  *) [ -e "$PLACE/asked" ] || { touch "$PLACE/asked"; exit 28; } ;;
                esac
                """);
        assertThat(place.run(ASK + "tell_the_way hello.test").output())
                .contains("ingress " + address())
                .contains("curl --resolve hello.test:80:" + NODE + " http://hello.test/")
                .doesNotContain("cannot be reached");
    }

    @Test
    void whatOneCommandFoundItsScriptsAreTold() {
        CommandResult result = place.run(ASK + "bash -c '" + ASK + "page hello.test'");
        assertThat(result.output()).contains("heard hello.test\n");
        assertThat(forwards()).hasSize(1);
    }

    @Test
    void aForwardThatBreaksIsBegunAgainAtTheSamePort() {
        forwards("[ -e \"$PLACE/again\" ] && exec sleep 60; touch \"$PLACE/again\"");
        CommandResult result = place.run(ASK + """
                for _ in $(seq 50); do
                  [ "$(wc -l <"$PLACE/forwards")" -lt 2 ] || break
                  sleep 0.1
                done
                page hello.test
                """);
        assertThat(result.output()).contains("heard hello.test\n");
        assertThat(forwards()).hasSize(2);
        assertThat(forwards().get(1)).endsWith(" deployment/traefik " + port() + ":web");
        assertThatNothingIsLeft();
    }

    /**
     * Ctrl-C goes to every process of the terminal's group, another signal to the script alone. Bash takes no notice of
     * Ctrl-C where a program that it waits for has just ended well: so it starts few.
     */
    @ParameterizedTest
    @ValueSource(strings = {"kill -INT -- -$script", "kill $script"})
    void aSignalLeavesNothing(String kill) {
        place.write("waits", ASK + ": >\"$PLACE/found\"; while true; do sleep 1; done");
        place.run("""
                set -m
                bash "$PLACE/waits" >"$PLACE/said" 2>&1 &
                script=$!
                for _ in $(seq 100); do
                  [ ! -e "$PLACE/found" ] || break
                  sleep 0.1
                done
                %s
                wait "$script" || true
                """.formatted(kill));
        assertThat(forwards()).hasSize(1);
        assertThatNothingIsLeft();
    }

    @Test
    void whereThereIsNoWayItSaysWhatWasTriedAndLeavesNothing() {
        forwardsNothing();
        CommandResult result = place.run(ASK + "explain_no_ingress; sleep 1; wc -l <\"$PLACE/refused\"; sleep 1\n"
                + "wc -l <\"$PLACE/refused\"");
        Symptom.of("the ingress answers neither at …, the node's address, nor over the Kubernetes API")
                .isIn(result.output());
        assertThat(result.output())
                .contains("neither at " + NODE + ":80, ")
                .contains("unable to forward port because pod is not running", "traefik-1 ContainerCreating")
                .containsPattern("(?s)\n *([0-9]+)\n *\\1\n$");
    }

    /** A pod that does not listen: the forward is there, and nobody answers at its end. */
    @Test
    void aForwardToNobodyIsNoWay() {
        ingress.stop(0);
        assertThat(place.run(ASK).output()).contains("nor over the Kubernetes API at " + address());
        assertThatNothingIsLeft();
    }

    @Test
    void whoWaitsFindsTheWayThatComesLater() {
        forwardsNothing();
        place.write("later", place.read("bin/kubectl"));
        forwards("exec sleep 60");
        place.write("now", place.read("bin/kubectl"));
        CommandResult result = place.run("cat \"$PLACE/later\" >\"$PLACE/bin/kubectl\"\n" + ASK + """
                cat "$PLACE/now" >"$PLACE/bin/kubectl"
                reach_ingress_at_last
                reach_ingress_at_last
                echo "at last $INGRESS $no_ingress"
                page hello.test
                """);
        assertThat(result.output())
                .contains("ingress " + NODE + ":80 neither at", "at last " + address() + " \n", "heard hello.test\n");
        assertThat(forwards()).hasSize(1);
        assertThatNothingIsLeft();
    }

    private void forwardsNothing() {
        place.standIn("kubectl", """
                case "$*" in
                  *port-forward*)
                    echo "$*" >>"$PLACE/refused"
                    echo 'error: unable to forward port because pod is not running' >&2
                    exit 1
                    ;;
                  *"-n traefik get pods") echo traefik-1 ContainerCreating ;;
                esac
                """);
    }

    /** What kubectl does once its forward is open. */
    private void forwards(String then) {
        place.standIn("kubectl", """
                case "$*" in
                  *port-forward*)
                    echo "$*" >>"$PLACE/forwards"
                    echo $$ >>"$PLACE/processes"
                    echo 'Forwarding from 127.0.0.1:%d -> 8000'
                    %s
                    ;;
                  *"config view"*) cat "$PLACE/server" ;;
                esac
                """.formatted(port(), then));
    }

    private List<String> forwards() {
        return place.read("forwards").lines().toList();
    }

    private int port() {
        return ingress.getAddress().getPort();
    }

    private String address() {
        return "127.0.0.1:" + port();
    }

    private void assertThatNothingIsLeft() {
        Awaitility.await("each forward is closed")
                .atMost(Duration.ofSeconds(5))
                .until(() -> place.read("processes")
                        .lines()
                        .map(Long::valueOf)
                        .noneMatch(process -> ProcessHandle.of(process).isPresent()));
    }
}
