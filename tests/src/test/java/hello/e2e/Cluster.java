package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The cluster as a person meets it: commands in a clone, and requests to the ingress. */
final class Cluster {
    /** The checkout these tests belong to. */
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** kubectl's context of the cluster that {@code make up} used from this checkout. */
    static final String CONTEXT =
            run(ROOT, "bash", "-c", ". local/lib.sh; context").orFail().line();

    static final String IP = run(ROOT, "minikube", "-p", CONTEXT, "ip").orFail().line();
    // The host is a header, as with `curl --resolve`: nobody's hosts file is needed. The JDK wants to be asked for
    // that.
    private static final HttpClient HTTP;

    static {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection");
        HTTP = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(2))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private static List<String> waitedFor = List.of();

    private Cluster() {}

    /** What a command said, and how it ended. */
    record Said(int exit, String output) {
        Said orFail() {
            assertThat(exit).as("exit code; it said:\n%s", output).isZero();
            return this;
        }

        String line() {
            return output.strip().lines().reduce((first, last) -> last).orElse("");
        }

        /** The first number that a pattern's only group finds. */
        double number(String pattern) {
            Matcher m = Pattern.compile(pattern).matcher(output);
            assertThat(m.find()).as("'%s' in:\n%s", pattern, output).isTrue();
            return Double.parseDouble(m.group(1));
        }
    }

    /** Runs a command in a folder, shows what it says while it runs, and gives it back. */
    static Said run(Path folder, String... command) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            // What `make e2e` set for this Maven is not for the commands under test.
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.startsWith("MAKE") || name.equals("MFLAGS") || name.equals("JAVA_HOME"));
            Process process = builder.start();
            process.getOutputStream().close();
            StringBuilder output = new StringBuilder();
            try (BufferedReader reader = process.inputReader()) {
                for (String line; (line = reader.readLine()) != null; ) {
                    output.append(line).append('\n');
                    if (command[0].equals("make")) {
                        System.out.println("    | " + line);
                    }
                }
            }
            return new Said(process.waitFor(), output.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a command in this checkout and prints all it says, for a failure's report. */
    static void tell(String... command) {
        System.out.println(run(ROOT, command).output());
    }

    static Said kubectl(String... arguments) {
        return run(
                ROOT,
                Stream.concat(Stream.of("kubectl", "--context", CONTEXT), Stream.of(arguments))
                        .toArray(String[]::new));
    }

    /** Puts objects, written as YAML, into the cluster. */
    static Said apply(String yaml) {
        return run(ROOT, "bash", "-c", "kubectl --context \"$0\" apply -f - <<< \"$1\"", CONTEXT, yaml);
    }

    /** A field of one object, empty when object or field are not there. */
    static String field(String namespace, String object, String jsonPath) {
        Said said = kubectl("-n", namespace, "get", object, "-o", "jsonpath={" + jsonPath + "}");
        return said.exit() == 0 ? said.output().strip() : "";
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

    /** Waits until something holds, and gives the seconds that it took. */
    static double until(String what, Duration atMost, Callable<Boolean> holds) {
        return until(what, atMost, Duration.ofMillis(100), holds);
    }

    /** As {@link #until}, for what takes minutes: asks once a second, because who asks without pause is a load of their own. */
    static double untilAtLast(String what, Duration atMost, Callable<Boolean> holds) {
        return until(what, atMost, Duration.ofSeconds(1), holds);
    }

    private static double until(String what, Duration atMost, Duration each, Callable<Boolean> holds) {
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
        return kubectl(
                        "-n",
                        namespace,
                        "get",
                        "pods",
                        "-l",
                        "app.kubernetes.io/name=" + name,
                        "-o",
                        "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}")
                .orFail()
                .output()
                .lines()
                .sorted()
                .toList();
    }

    /** How many of an environment's pods are ready. */
    static int ready(String environment) {
        String ready = field("hello-" + environment, "deployment/hello", ".status.readyReplicas");
        return ready.isEmpty() ? 0 : Integer.parseInt(ready);
    }

    /** Something to do while a part is away. */
    interface Meanwhile {
        void run() throws Exception;
    }

    /** Takes a part of the platform away, and gives it back whatever happens; returns when it is ready. */
    static void without(String namespace, String part, Meanwhile meanwhile) throws Exception {
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
            kubectl("-n", namespace, "wait", "pods", "-l", selector, "--for=delete", "--timeout=120s")
                    .orFail();
            meanwhile.run();
        } finally {
            kubectl("-n", namespace, "scale", part, "--replicas=1").orFail();
            kubectl("-n", namespace, "rollout", "status", part, "--timeout=180s")
                    .orFail();
        }
    }

    /** The commit that an environment runs. */
    static String running(String environment) {
        return answer(environment).replaceFirst("(?s).*commit (\\S+),.*", "$1");
    }

    /** Every Application is Synced and Healthy; if not, prints which one is not, as often as that changes. */
    static boolean allWell() {
        List<String> states = kubectl(
                        "-n",
                        "argocd",
                        "get",
                        "applications",
                        "-o",
                        "jsonpath={range .items[*]}{.metadata.name} {.status.sync.status} {.status.health.status}{\"\\n\"}{end}")
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
