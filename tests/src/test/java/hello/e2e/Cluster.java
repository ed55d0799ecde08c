package hello.e2e;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The cluster as a person meets it: commands in a clone, and requests to the ingress. */
final class Cluster {
    /** The checkout these tests belong to. */
    static final Path ROOT = Repository.ROOT;

    /** kubectl's context of the cluster that {@code make up} used from this checkout. */
    static final String CONTEXT =
            run(ROOT, "bash", "-c", ". local/lib.sh; context").orFail().line();

    /** The address at which the ingress controller listens. */
    static final String IP = run(ROOT, "minikube", "-p", CONTEXT, "ip").orFail().line();

    /**
     * How many times as long as on an idle machine of two cores a promise may take: half as fast, and busy beside it.
     * It is still shorter than what a promise that is not kept takes, such as a push that Argo CD finds by its poll.
     */
    static final int SLACK = 5;

    /**
     * How long a test waits for what must come: only a failure waits to its end. Argo CD leaves an ApplicationSet alone
     * for three minutes after an error, and a busy machine of two cores needs its time beside that.
     */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Sends the host as a header, as {@code curl --resolve} does, so that nobody's hosts file is needed. */
    private static final HttpClient HTTP;

    static {
        // The JDK's client sends neither header unless it is told to before its first use.
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection");
        HTTP = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(2))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static List<String> waitedFor = List.of();

    private Cluster() {}

    /**
     * Runs a command as a person types it in a folder. What {@code make} prints is shown while it runs.
     *
     * @param folder the working directory
     * @param command the program and its arguments
     * @return its result, with standard error among the output
     */
    static CommandResult run(Path folder, String... command) {
        return command(command).in(folder).run();
    }

    private static Command command(String... words) {
        // What `make e2e` set for this Maven is not for the commands under test.
        Command command = Command.of(words)
                .without(name -> name.startsWith("MAKE") || name.equals("MFLAGS") || name.equals("JAVA_HOME"))
                .mergingErrors();
        return words[0].equals("make") ? command.tellingLines(line -> System.out.println("    | " + line)) : command;
    }

    /** Runs a command in this checkout and prints its output, for a failure's report. */
    static void print(String... command) {
        System.out.println(run(ROOT, command).output());
    }

    /** Gives the text of a file in src/test/resources. */
    static String resource(String file) {
        return Repository.read("tests/src/test/resources/" + file);
    }

    /** Runs kubectl on this cluster, whatever the current context is. */
    static CommandResult kubectl(String... arguments) {
        return command(kubectlWords(arguments)).run();
    }

    /** As {@link #kubectl}, with text on standard input, which {@code -f -} reads. */
    static CommandResult kubectlWith(String input, String... arguments) {
        return command(kubectlWords(arguments)).input(input).run();
    }

    private static String[] kubectlWords(String... arguments) {
        return Stream.concat(Stream.of("kubectl", "--context", CONTEXT), Stream.of(arguments))
                .toArray(String[]::new);
    }

    /** Puts objects, written as YAML, into the cluster. */
    static CommandResult apply(String yaml) {
        return kubectlWith(yaml, "apply", "-f", "-");
    }

    /** A field of one object, empty when object or field are not there. */
    static String field(String namespace, String object, String jsonPath) {
        CommandResult result = kubectl("-n", namespace, "get", object, "-o", "jsonpath={" + jsonPath + "}");
        return result.exitCode() == 0 ? result.output().strip() : "";
    }

    /** The name of the one node. */
    static String node() {
        return kubectl("get", "nodes", "-o", "jsonpath={.items[0].metadata.name}")
                .orFail()
                .line();
    }

    /** The version of Kubernetes that the one node has, for example 1.35.4. */
    static String version() {
        return kubectl("get", "nodes", "-o", "jsonpath={.items[0].status.nodeInfo.kubeletVersion}")
                .orFail()
                .line()
                .replaceFirst("^v", "");
    }

    /** What {@code make up} told the root, by the parameter's name. */
    static String rootParameter(String name) {
        return field("argocd", "application/hello", ".spec.source.helm.parameters[?(@.name==\"" + name + "\")].value");
    }

    static HttpResponse<String> get(String host) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://" + IP + "/"))
                        .header("Host", host)
                        .header("Accept", "text/plain")
                        .timeout(Duration.ofSeconds(2))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** This machine's address as the node sees it. */
    static String ownAddress() {
        String route = "ip -o route get " + IP + " | sed -n 's/.* src \\([^ ]*\\).*/\\1/p'";
        return run(ROOT, "bash", "-c", route).orFail().line();
    }

    /** What the service of an environment answers now, or why it does not. */
    static String answer(String environment) {
        try {
            return get(host(environment)).body();
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static String host(String environment) {
        return field("hello-" + environment, "ingress/hello", ".spec.rules[0].host");
    }

    /**
     * Waits {@link #PATIENCE} at most until something holds; asks three times a second at most, as each kubectl takes a
     * tenth of a second of CPU from what is waited for.
     *
     * @param what the condition in words, for the failure's message
     * @param holds the condition; an exception counts as false
     * @return the seconds that it took, to a tenth
     */
    static double waitUntil(String what, Callable<Boolean> holds) {
        return waitUntil(what, PATIENCE, holds);
    }

    /** As {@link #waitUntil(String, Callable)}, for at most so long. */
    static double waitUntil(String what, Duration atMost, Callable<Boolean> holds) {
        return waitUntil(what, atMost, Duration.ofMillis(300), holds);
    }

    /** As {@link #waitUntil(String, Callable)}, for what takes minutes: asks once a second, to be no load. */
    static double waitLongUntil(String what, Callable<Boolean> holds) {
        return waitLongUntil(what, PATIENCE, holds);
    }

    /** As {@link #waitLongUntil(String, Callable)}, for at most so long. */
    static double waitLongUntil(String what, Duration atMost, Callable<Boolean> holds) {
        return waitUntil(what, atMost, Duration.ofSeconds(1), holds);
    }

    private static double waitUntil(String what, Duration atMost, Duration each, Callable<Boolean> holds) {
        long begin = System.nanoTime();
        Awaitility.await(what)
                .atMost(atMost)
                .pollDelay(Duration.ZERO)
                .pollInterval(each)
                .ignoreExceptions()
                .until(holds);
        double seconds = Math.round((System.nanoTime() - begin) / 1e8) / 10.0;
        if (seconds > 10) {
            System.out.println("    " + what + ", after " + seconds + " s");
        }
        return seconds;
    }

    /** The names of an environment's pods, whatever state they are in. */
    static List<String> pods(String environment) {
        return pods("hello-" + environment, "hello");
    }

    /** The names of the pods of a part of the platform, by its label {@code app.kubernetes.io/name}. */
    static List<String> pods(String namespace, String name) {
        String names = "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}";
        return kubectl("-n", namespace, "get", "pods", "-l", "app.kubernetes.io/name=" + name, "-o", names)
                .orFail()
                .output()
                .lines()
                .sorted()
                .toList();
    }

    /** How many of an environment's pods are ready. */
    static int readyReplicas(String environment) {
        String ready = field("hello-" + environment, "deployment/hello", ".status.readyReplicas");
        return ready.isEmpty() ? 0 : Integer.parseInt(ready);
    }

    /** Something to do while a component is down. */
    interface Action {
        void run() throws Exception;
    }

    /**
     * Scales a component to zero, does something, and scales it back to one, whatever happens.
     *
     * @param namespace the component's namespace
     * @param part its Deployment or StatefulSet, for example {@code deployment/git}
     * @param action what to do when its pods are gone
     * @throws Exception what the action throws; else it returns when the component is ready again
     */
    static void withComponentDown(String namespace, String part, Action action) throws Exception {
        String selector = kubectl(
                        "-n",
                        namespace,
                        "get",
                        part,
                        "-o",
                        "go-template={{range $k, $v := .spec.selector.matchLabels}}{{$k}}={{$v}},{{end}}")
                .orFail()
                .line()
                .replaceFirst(",$", "");
        kubectl("-n", namespace, "scale", part, "--replicas=0").orFail();
        try {
            kubectl("-n", namespace, "wait", "pods", "-l", selector, "--for=delete", "--timeout=300s")
                    .orFail();
            action.run();
        } finally {
            kubectl("-n", namespace, "scale", part, "--replicas=1").orFail();
            kubectl("-n", namespace, "rollout", "status", part, "--timeout=300s")
                    .orFail();
        }
    }

    /** The commit that an environment's answer names. */
    static String runningCommit(String environment) {
        return answer(environment).replaceFirst("(?s).*commit (\\S+),.*", "$1");
    }

    /**
     * Waits until every Application is Synced and Healthy, and gives the seconds. After an error Argo CD leaves an
     * ApplicationSet alone for three minutes (its {@code ReconcileRequeueOnValidationError}).
     */
    static double waitUntilAllIsWell() {
        return waitUntil("all is well", Cluster::allHealthy);
    }

    /** Every Application is Synced and Healthy; if not, prints which one is not, as often as that changes. */
    static boolean allHealthy() {
        String columns = "jsonpath={range .items[*]}{.metadata.name} {.status.sync.status}"
                + " {.status.health.status}{\"\\n\"}{end}";
        List<String> states = kubectl("-n", "argocd", "get", "applications", "-o", columns)
                .output()
                .lines()
                .toList();
        List<String> unwell = states.stream()
                .filter(state -> !state.endsWith(" Synced Healthy"))
                .toList();
        if (!unwell.isEmpty() && !unwell.equals(waitedFor)) {
            System.out.println("    not yet: " + String.join(", ", unwell));
        }
        waitedFor = unwell;
        return !states.isEmpty() && unwell.isEmpty();
    }
}
