import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the service starts as shipped, beside plain {@code java -cp} of the same jars and beside an AOT cache of the JDK.
 * All take turns, so that a noisy machine is noisy for each: on one CPU, as a small pod has; on two; and two services
 * at once on two, as in a rollout on a small node. Compare within one table only.
 */
final class Bench {

    /**
     * Starts at the same time.
     *
     * @param answer milliseconds to the first answer of the last one
     * @param cpu milliseconds of CPU that each took until then
     * @param memory megabytes (RSS) of each
     */
    private record Start(double answer, double cpu, double memory) {}

    /** How many services start at once, on which CPUs. */
    private record Place(String name, int services, String cpus) {}

    private static final List<Place> PLACES = List.of(
            new Place("one CPU", 1, "0"), new Place("two CPUs", 1, "0,1"), new Place("two at once on two", 2, "0,1"));

    private Bench() {}

    /**
     * Measures and prints a table.
     *
     * @param args the folder with the image's layers, the number of rounds
     * @throws Exception when the service does not start
     */
    public static void main(String[] args) throws Exception {
        Path image = Path.of(args[0]).toAbsolutePath();
        int rounds = Integer.parseInt(args[1]);
        Path folder = Files.createTempDirectory("bench");
        Map<String, List<String>> variants = variants(image, folder);
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) { // the first one fills the caches, and does not count
            for (Place place : PLACES) {
                for (String name : variants.keySet()) {
                    Start start = start(variants.get(name), place);
                    if (round >= 0) {
                        String row = "| %s | %s ".formatted(name, place.name());
                        starts.computeIfAbsent(row, r -> new ArrayList<>()).add(start);
                    }
                }
            }
        }
        print(starts, rounds);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
        }
    }

    private static Map<String, List<String>> variants(Path image, Path folder) throws Exception {
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("plain java -cp", plain(image));
        List<String> shipped = shipped(image, folder);
        variants.put("as shipped", shipped);
        Path cache = trained(shipped, folder.resolve("one.aot"));
        variants.put("AOT cache", with(shipped, "-XX:AOTCache=" + cache));
        variants.put(
                "AOT cache, its profiles unused",
                with(shipped, "-XX:AOTCache=" + cache, "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTReplayTraining"));
        boolean same = Files.mismatch(cache, trained(shipped, folder.resolve("two.aot"))) < 0;
        System.out.printf(
                "an AOT cache of %d MB, made twice: %s%n", Files.size(cache) >> 20, same ? "the same" : "other bytes");
        return variants;
    }

    /** The JVM makes the cache of what it has loaded when it ends. */
    private static Path trained(List<String> command, Path cache) throws Exception {
        start(with(command, "-XX:AOTCacheOutput=" + cache), PLACES.get(1));
        return cache;
    }

    /** The command with other flags instead of those for the archive of classes. */
    private static List<String> with(List<String> command, String... flags) throws IOException {
        List<String> changed = new ArrayList<>(command);
        Path arguments = Path.of(command.get(2).substring(1));
        Path others = arguments.resolveSibling("aot.args");
        Files.write(
                others,
                Files.readAllLines(arguments).stream()
                        .filter(line -> !line.contains("Shared"))
                        .toList());
        changed.set(2, "@" + others);
        changed.addAll(3, List.of(flags));
        return changed;
    }

    private static List<String> plain(Path image) throws IOException {
        try (Stream<Path> libraries = Files.list(image.resolve("libraries"))) {
            String path = libraries
                    .map(Path::toString)
                    .filter(library -> library.endsWith(".jar"))
                    .sorted()
                    .collect(Collectors.joining(":"));
            String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
            String jar = image.resolve("application/service.jar").toString();
            return List.of(java, "-XX:MaxRAM=256m", "-cp", path + ":" + jar, System.getProperty("image.main.class"));
        }
    }

    /** The layers in one folder, as in the image, with its arguments and its runtime. */
    private static List<String> shipped(Path image, Path folder) throws IOException {
        for (String layer : List.of("libraries", "archive", "application")) {
            try (Stream<Path> files = Files.list(image.resolve(layer))) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        Path arguments = folder.resolve("java.args");
        Files.writeString(arguments, Files.readString(arguments).replace("/opt/service/", folder + "/"));
        Path java = image.resolve("runtime/bin/java");
        return List.of(java.toString(), "-XX:MaxRAM=256m", "@" + arguments, System.getProperty("image.main.class"));
    }

    private static Start start(List<String> command, Place place) throws Exception {
        List<Process> processes = new ArrayList<>();
        List<URI> silent = new ArrayList<>();
        long begin = System.nanoTime();
        try {
            for (int i = 0; i < place.services(); i++) {
                int port = freePort();
                silent.add(URI.create("http://127.0.0.1:" + port + "/"));
                processes.add(launch(command, place.cpus(), port));
            }
            while (!silent.isEmpty()) {
                if (!processes.stream().allMatch(Process::isAlive)) {
                    throw new IllegalStateException("it does not start: " + String.join(" ", command));
                }
                Thread.sleep(2);
                silent.removeIf(Bench::answers);
            }
            return measured(processes, (System.nanoTime() - begin) / 1e6);
        } finally {
            for (Process process : processes) {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private static Start measured(List<Process> processes, double answer) throws IOException {
        double cpu = 0;
        double memory = 0;
        for (Process process : processes) {
            cpu += process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
            memory += memory(process);
        }
        return new Start(answer, cpu / processes.size(), memory / processes.size());
    }

    private static Process launch(List<String> command, String cpus, int port) throws IOException {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", cpus));
        pinned.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(pinned).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(freePort()));
        return builder.redirectErrorStream(true).start();
    }

    private static boolean answers(URI address) {
        try {
            HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false; // not yet
        }
    }

    private static double memory(Process process) throws IOException {
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
        return Double.parseDouble(status.replaceAll("(?s).*VmRSS:\\s*(\\d+) kB.*", "$1")) / 1024;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void print(Map<String, List<Start>> starts, int rounds) {
        System.out.printf("%nStart with 256 MB, median of %d rounds%n%n", rounds);
        System.out.println("| variant | where | first answer | CPU | memory (RSS) |");
        System.out.println("|---|---|---|---|---|");
        starts.forEach((row, of) -> System.out.printf(
                Locale.ROOT,
                "%s| %.0f ms | %.0f ms | %.0f MB |%n",
                row,
                median(of.stream().map(Start::answer).toList()),
                median(of.stream().map(Start::cpu).toList()),
                median(of.stream().map(Start::memory).toList())));
    }

    private static double median(List<Double> numbers) {
        return numbers.stream().sorted().skip(numbers.size() / 2).findFirst().orElseThrow();
    }
}
