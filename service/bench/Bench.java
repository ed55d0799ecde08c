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
 * How the service starts as shipped, beside plain {@code java -cp} of the same jars. The two take turns, so that a
 * noisy machine is noisy for both, on one CPU, as a small pod has. Compare within one table only.
 */
final class Bench {

    /** One start: milliseconds to the first answer, milliseconds of CPU until then, megabytes (RSS) a second later. */
    private record Start(double answer, double cpu, double memory) {}

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
        Map<String, List<String>> variants = new LinkedHashMap<>();
        variants.put("plain java -cp", plain(image));
        variants.put("as shipped", shipped(image, folder));
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        for (int round = -1; round < rounds; round++) { // the first one fills the caches, and does not count
            for (String name : variants.keySet()) {
                Start start = start(variants.get(name));
                if (round >= 0) {
                    starts.computeIfAbsent(name, n -> new ArrayList<>()).add(start);
                }
            }
        }
        print(starts, rounds);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
        }
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

    private static Start start(List<String> command) throws Exception {
        int port = freePort();
        List<String> onOneCpu = new ArrayList<>(List.of("taskset", "-c", "0"));
        onOneCpu.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(onOneCpu).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(freePort()));
        long begin = System.nanoTime();
        Process process = builder.redirectErrorStream(true).start();
        try {
            URI address = URI.create("http://127.0.0.1:" + port + "/");
            while (!answers(address)) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("it does not start: " + String.join(" ", onOneCpu));
                }
                Thread.sleep(2);
            }
            double answer = (System.nanoTime() - begin) / 1e6;
            double cpu = process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
            Thread.sleep(1000);
            return new Start(answer, cpu, memory(process));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private static boolean answers(URI address) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
        try {
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false; // not yet
        } finally {
            connection.disconnect();
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
        System.out.printf("%nStart on one CPU, 256 MB, median of %d rounds%n%n", rounds);
        System.out.println("| variant | first answer | CPU | memory (RSS) |");
        System.out.println("|---|---|---|---|");
        starts.forEach((name, of) -> System.out.printf(
                Locale.ROOT,
                "| %s | %.0f ms | %.0f ms | %.0f MB |%n",
                name,
                median(of.stream().map(Start::answer).toList()),
                median(of.stream().map(Start::cpu).toList()),
                median(of.stream().map(Start::memory).toList())));
    }

    private static double median(List<Double> numbers) {
        return numbers.stream().sorted().skip(numbers.size() / 2).findFirst().orElseThrow();
    }
}
