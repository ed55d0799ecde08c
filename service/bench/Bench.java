import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Start-up and throughput, each in one run whose variants take turns, so that a noisy machine is noisy for all of them. What is measured
 * runs on one processor, as a small pod does; what measures runs on another. Compare within one table only.
 */
final class Bench {

    private static final int CONNECTIONS = 64;

    private final Path image;
    private final Path temporary;
    private final boolean pinned = has("taskset") && Runtime.getRuntime().availableProcessors() > 1;
    private final List<Process> running = new ArrayList<>();

    private Bench(Path image) throws IOException {
        this.image = image;
        this.temporary = Files.createTempDirectory("bench");
    }

    /**
     * Measures and prints.
     *
     * @param args the folder with the image's layers, the number of rounds
     * @throws Exception when something that is measured does not run
     */
    public static void main(String[] args) throws Exception {
        Bench bench = new Bench(Path.of(args[0]).toAbsolutePath());
        Runtime.getRuntime().addShutdownHook(new Thread(bench::cleanUp));
        if (bench.pinned) { // this program itself, with all its threads, away from what it measures
            new ProcessBuilder(
                            "taskset",
                            "-a",
                            "-p",
                            "-c",
                            "1",
                            String.valueOf(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } else {
            System.out.println("bench: no taskset or one processor only: what measures disturbs what is measured");
        }
        bench.start(Integer.parseInt(args[1]));
        bench.throughput();
    }

    // ---- the service's variants

    private List<String> shipped() throws IOException {
        Path root = temporary.resolve("hello");
        if (!Files.exists(root)) { // application and libraries in one folder, as in the image
            Files.createDirectory(root);
            for (String layer : List.of("libraries", "archive", "application")) {
                try (Stream<Path> files = Files.list(image.resolve(layer))) {
                    for (Path file : files.toList()) {
                        Files.copy(file, root.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            }
            Files.writeString(
                    root.resolve("java.args"),
                    Files.readString(root.resolve("java.args")).replace("/opt/hello/", root + "/"));
        }
        Path linked = image.resolve("runtime/bin/java");
        return List.of(
                Files.exists(linked) ? linked.toString() : java(),
                "-XX:MaxRAM=256m",
                "@" + root.resolve("java.args"),
                "hello.Application");
    }

    private List<String> plain() throws IOException {
        try (Stream<Path> jars = Files.list(image.resolve("libraries"))) {
            String path = String.join(
                    File.pathSeparator,
                    jars.map(Path::toString)
                            .filter(j -> j.endsWith(".jar"))
                            .sorted()
                            .toList());
            return List.of(
                    java(),
                    "-XX:MaxRAM=256m",
                    "-cp",
                    path + File.pathSeparator + image.resolve("application/hello.jar"),
                    "hello.Application");
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin/java").toString();
    }

    // ---- start

    private void start(int rounds) throws Exception {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("plain java -cp", plain());
        variants.put("shipped", shipped());
        Map<String, List<double[]>> measured = new LinkedHashMap<>();
        List<String> order = new ArrayList<>(variants.keySet());
        for (int round = -1; round < rounds; round++) { // one round to fill the caches
            Collections.shuffle(order);
            for (String name : order) {
                double[] one = startOnce(variants.get(name));
                if (round >= 0) {
                    measured.computeIfAbsent(name, n -> new ArrayList<>()).add(one);
                }
            }
        }
        System.out.printf("%nStart on one processor, 256 MB, median of %d rounds (best)%n%n", rounds);
        System.out.println("| variant | first 200 on / | ready | CPU | memory (RSS) | ratio |");
        System.out.println("|---|---|---|---|---|---|");
        double base = median(measured.get("plain java -cp"), 0);
        for (String name : variants.keySet()) {
            List<double[]> m = measured.get(name);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f ms (%.0f) | %.0f ms | %.0f ms | %.0f MB | %.2f |%n",
                    name,
                    median(m, 0),
                    m.stream().mapToDouble(x -> x[0]).min().orElseThrow(),
                    median(m, 1),
                    median(m, 2),
                    median(m, 3),
                    median(m, 0) / base);
        }
    }

    /** First answer, readiness, processor time, memory. */
    private double[] startOnce(List<String> command) throws Exception {
        int port = free();
        int management = free();
        long begin = System.nanoTime();
        Process process =
                run(command, Map.of("MICRONAUT_SERVER_PORT", "" + port, "ENDPOINTS_ALL_PORT", "" + management));
        until(process, port, "/");
        double first = (System.nanoTime() - begin) / 1e6;
        until(process, management, "/health/readiness");
        double ready = (System.nanoTime() - begin) / 1e6;
        double cpu = process.toHandle()
                .info()
                .totalCpuDuration()
                .map(d -> d.toNanos() / 1e6)
                .orElse(Double.NaN);
        Thread.sleep(1000);
        double memory = memory(process);
        end(process);
        return new double[] {first, ready, cpu, memory};
    }

    // ---- throughput

    private void throughput() throws Exception {
        if (!has("wrk")) {
            System.out.println("\nbench: wrk is not installed, so throughput is not measured");
            return;
        }
        Map<String, Process> servers = new LinkedHashMap<>();
        Map<String, Integer> ports = new LinkedHashMap<>();
        service(servers, ports, "service, shipped", shipped());
        service(servers, ports, "service, JVM's default flags", plain());
        others(servers, ports);
        for (String name : ports.keySet()) {
            until(servers.get(name), ports.get(name), "/");
            double requests = 0; // by number, as on a busy machine seconds say little about what a compiler has seen
            for (int i = 0; i < 12 && requests < 500_000; i++) {
                requests += 5 * wrk(ports.get(name), 5)[0];
            }
        }
        Map<String, List<double[]>> measured = new LinkedHashMap<>();
        List<String> order = new ArrayList<>(ports.keySet());
        for (int round = 0; round < 4; round++) {
            Collections.shuffle(order);
            for (String name : order) {
                double before = processor(servers.get(name));
                double[] one = Arrays.copyOf(wrk(ports.get(name), 4), 5);
                one[4] = one[0] * 4 / (processor(servers.get(name)) - before);
                measured.computeIfAbsent(name, n -> new ArrayList<>()).add(one);
            }
        }
        System.out.printf(
                "%nThroughput of / as text on loopback, %d connections kept alive, one processor each for server and wrk, median of 4 rounds%n%n",
                CONNECTIONS);
        System.out.println(
                "| server | requests/s | ratio | p50 | p99 | failed | memory (RSS) | requests per processor second | ratio |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        double base = median(measured.get("service, shipped"), 0);
        double baseOfProcessor = median(measured.get("service, shipped"), 4);
        for (String name : ports.keySet()) {
            List<double[]> m = measured.get(name);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.2f | %.2f ms | %.2f ms | %.0f | %.0f MB | %.0f | %.2f |%n",
                    name,
                    median(m, 0),
                    median(m, 0) / base,
                    median(m, 1),
                    median(m, 2),
                    m.stream().mapToDouble(x -> x[3]).sum(),
                    memory(servers.get(name)),
                    median(m, 4),
                    median(m, 4) / baseOfProcessor);
        }
        System.out.println("\nWhere other work disturbs, the figures per second of processor time say more.");
        for (Process server : servers.values()) {
            end(server);
        }
    }

    private void service(Map<String, Process> servers, Map<String, Integer> ports, String name, List<String> command)
            throws IOException {
        int port = free();
        servers.put(name, run(command, Map.of("MICRONAUT_SERVER_PORT", "" + port, "ENDPOINTS_ALL_PORT", "" + free())));
        ports.put(name, port);
    }

    /** Other servers that say as much, each where it is installed. */
    private void others(Map<String, Process> servers, Map<String, Integer> ports) throws Exception {
        String text = "Hello, world!\\nversion 1.0.0, commit 0000000000000000000000000000000000000000, pod here\\n";
        String nginx = """
                worker_processes 1; daemon off; error_log stderr crit; pid %1$s/%2$s.pid;
                events { worker_connections 1024; }
                http {
                  access_log off; keepalive_requests 1000000000; client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
                  uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                  server { listen 127.0.0.1:%3$d; location / { %4$s } }
                }
                """;
        if (has("nginx")) {
            int port = free();
            Files.writeString(
                    temporary.resolve("nginx.conf"),
                    nginx.formatted(temporary, "nginx", port, "default_type text/plain; return 200 \"" + text + "\";"));
            servers.put(
                    "nginx, return 200",
                    run(List.of("nginx", "-p", temporary.toString(), "-c", temporary + "/nginx.conf"), Map.of()));
            ports.put("nginx, return 200", port);
        }
        if (has("nginx")
                && has("uwsgi")
                && run(List.of("python3", "-c", "import flask"), Map.of(), false)
                                .waitFor()
                        == 0) {
            int port = free();
            int socket = free();
            Files.writeString(
                    temporary.resolve("flask.conf"),
                    nginx.formatted(
                            temporary,
                            "flask",
                            port,
                            "include /etc/nginx/uwsgi_params; uwsgi_pass 127.0.0.1:" + socket + ";"));
            Files.writeString(temporary.resolve("app.py"), """
                    from flask import Flask
                    app = Flask(__name__)
                    @app.route("/")
                    def hello():
                        return "%s", 200, {"Content-Type": "text/plain"}
                    """.formatted(text));
            servers.put(
                    "Flask behind uWSGI and nginx",
                    run(
                            List.of(
                                    "uwsgi",
                                    "--plugin",
                                    "python3",
                                    "--master",
                                    "--die-on-term",
                                    "--processes",
                                    "2",
                                    "--disable-logging",
                                    "--socket",
                                    "127.0.0.1:" + socket,
                                    "--chdir",
                                    temporary.toString(),
                                    "--module",
                                    "app:app",
                                    "--attach-daemon",
                                    "nginx -p " + temporary + " -c " + temporary + "/flask.conf"),
                            Map.of()));
            ports.put("Flask behind uWSGI and nginx", port);
        }
        if (has("go")) {
            int port = free();
            Files.writeString(temporary.resolve("main.go"), """
                    package main
                    import ("io"; "net/http")
                    func main() {
                      http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Type", "text/plain"); io.WriteString(w, "%s") })
                      panic(http.ListenAndServe("127.0.0.1:%d", nil))
                    }
                    """.formatted(text, port));
            Process compiler = run(
                    List.of("go", "build", "-o", temporary + "/gohello", temporary + "/main.go"),
                    Map.of("GO111MODULE", "off"),
                    false);
            if (compiler.waitFor() == 0) {
                servers.put("Go net/http", run(List.of(temporary + "/gohello"), Map.of()));
                ports.put("Go net/http", port);
            }
        }
    }

    private static final Pattern RATE = Pattern.compile("Requests/sec: +([0-9.]+)");
    private static final Pattern FAILED = Pattern.compile(
            "Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)|Non-2xx or 3xx responses: (\\d+)");

    /** Requests per second, p50 and p99 in milliseconds, failures. */
    private double[] wrk(int port, int seconds) throws Exception {
        List<String> command = new ArrayList<>(pinned ? List.of("taskset", "-c", "1") : List.of());
        command.addAll(List.of(
                "wrk",
                "-t",
                "1",
                "-c",
                "" + CONNECTIONS,
                "-d",
                seconds + "s",
                "--latency",
                "http://127.0.0.1:" + port + "/"));
        Process wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rate = RATE.matcher(said);
        if (wrk.waitFor() != 0 || !rate.find()) {
            throw new IOException("wrk: " + said);
        }
        double failed = 0;
        for (Matcher f = FAILED.matcher(said); f.find(); ) {
            failed += Stream.of(1, 2, 3, 4, 5)
                    .map(f::group)
                    .filter(g -> g != null)
                    .mapToDouble(Double::parseDouble)
                    .sum();
        }
        return new double[] {
            Double.parseDouble(rate.group(1)), milliseconds(said, "50%"), milliseconds(said, "99%"), failed
        };
    }

    private static double milliseconds(String said, String percentile) {
        Matcher m = Pattern.compile(percentile + " +([0-9.]+)(us|ms|s)").matcher(said);
        return m.find()
                ? Double.parseDouble(m.group(1))
                        * switch (m.group(2)) {
                            case "us" -> 0.001;
                            case "ms" -> 1;
                            default -> 1000;
                        }
                : Double.NaN;
    }

    // ---- processes

    private Process run(List<String> command, Map<String, String> environment) throws IOException {
        return run(command, environment, true);
    }

    private Process run(List<String> command, Map<String, String> environment, boolean measured) throws IOException {
        List<String> all = new ArrayList<>(measured && pinned ? List.of("taskset", "-c", "0") : List.of());
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(temporary.resolve("output").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        running.add(process);
        return process;
    }

    private void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        running.remove(process);
    }

    /** Leaves nothing behind, whatever happened. */
    private void cleanUp() {
        for (Process process : List.copyOf(running)) {
            Stream.concat(process.descendants().toList().stream(), Stream.of(process.toHandle()))
                    .forEach(ProcessHandle::destroyForcibly);
        }
        try (Stream<Path> files = Files.walk(temporary)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("bench: " + temporary + " is left: " + e.getMessage());
        }
    }

    /** Asks until the answer is 200, twice in a millisecond. */
    private void until(Process process, int port, String path) throws Exception {
        byte[] request = ("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 60_000_000_000L && process.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                socket.setSoTimeout(10_000);
                OutputStream out = socket.getOutputStream();
                out.write(request);
                out.flush();
                byte[] status = socket.getInputStream().readNBytes(12);
                if (new String(status, StandardCharsets.US_ASCII).endsWith(" 200")) {
                    return;
                }
            } catch (IOException notYet) {
                // not listening, or not answering: ask again
            }
            Thread.sleep(0, 500_000);
        }
        List<String> output = Files.readAllLines(temporary.resolve("output"));
        throw new IOException("no answer on port " + port + ":\n"
                + String.join("\n", output.subList(Math.max(0, output.size() - 10), output.size())));
    }

    /** Resident memory in MB of a process and its children; not a number where there is no /proc. */
    private static double memory(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToDouble(p -> {
                    try {
                        return Files.readAllLines(Path.of("/proc/" + p.pid() + "/status")).stream()
                                .filter(l -> l.startsWith("VmRSS:"))
                                .mapToDouble(l -> Double.parseDouble(l.replaceAll("\\D", "")) / 1024)
                                .sum();
                    } catch (IOException e) {
                        return Double.NaN;
                    }
                })
                .sum();
    }

    /** Processor time in seconds that a process and its children have had. */
    private static double processor(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .mapToDouble(p ->
                        p.info().totalCpuDuration().map(d -> d.toNanos() / 1e9).orElse(Double.NaN))
                .sum();
    }

    private static double median(List<double[]> measured, int column) {
        double[] sorted = measured.stream().mapToDouble(m -> m[column]).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean has(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
