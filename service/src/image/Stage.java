import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Lays out what goes into the image, a folder for each layer: the Java runtime with the modules that are needed and no others,
 * the libraries, an archive of the libraries' classes that the JVM maps instead of loading them one by one, and the application.
 * The same source and JDK give the same bytes, wherever the folder is. Where a runtime for the image cannot be made on this
 * machine, that is said, and the image is built upon one that has Java.
 */
final class Stage {

    /** What the service uses. Two are needed late: java.sql by a metrics bean's signature, jdk.jfr by Netty at the first request. */
    private static final String MODULES =
            "java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.jfr,jdk.management,jdk.unsupported";
    private static final List<String> LINK = List.of("--add-modules", MODULES, "--no-header-files", "--no-man-pages",
            "--strip-java-debug-attributes");

    /** How the service runs, each for its reason. */
    private static final List<String> FLAGS = List.of(
            // The smallest collector: the heap is small, and one processor is what a pod has.
            "-XX:+UseSerialGC",
            // Half of the pod's memory for the heap; the rest is for code, classes, threads and Netty's buffers.
            "-XX:MaxRAMPercentage=50",
            "-XX:+ExitOnOutOfMemoryError",
            // The optimizing compiler four times later than by default: at start it takes the processor from the service.
            "-XX:Tier4InvocationThreshold=20000", "-XX:Tier4MinInvocationThreshold=2400",
            "-XX:Tier4CompileThreshold=60000", "-XX:Tier4BackEdgeThreshold=160000",
            // No files for tools in a read-only file system; warnings not among the service's log lines.
            "-XX:-UsePerfData", "-Xlog:disable", "-Xlog:all=warning:stderr");

    /** A damaged archive is noticed and left out, instead of crashing the JVM; this costs no time that can be measured. */
    private static final List<String> ARCHIVE_FLAGS = List.of("-XX:SharedArchiveFile=/opt/hello/hello.jsa", "-XX:+VerifySharedSpaces");

    /** The base with nothing but a C library, and the one with Java for when there is no runtime of ours. */
    private static final String BASE = "gcr.io/distroless/base-nossl-debian13:nonroot";
    private static final String JAVA_BASE = "eclipse-temurin:25-jre";

    /** The newest C library symbols that the base has. */
    private static final int GLIBC = 41;

    /** The time that jib gives to files: the archive notes the libraries' times and is refused when they differ. */
    private static final FileTime TIME = FileTime.from(Instant.ofEpochSecond(1));

    private final Path jar;
    private final Path classList;
    private final Path runtime;
    private final Path libraries;
    private final Path archive;
    private final Path application;
    private final Path out;
    private final String architecture;

    private Stage(Path jar, Path source, Path out) {
        this.jar = jar;
        this.classList = source.resolve("classes.txt");
        this.out = out;
        this.runtime = out.resolve("runtime");
        this.libraries = out.resolve("libraries");
        this.archive = out.resolve("archive");
        this.application = out.resolve("application");
        String asked = System.getProperty("image.architecture", "");
        this.architecture = asked.isEmpty() ? here() : asked;
    }

    /**
     * Lays out the image.
     *
     * @param args the application's jar, its runtime class path, the folder to fill
     * @throws Exception when something is wrong with the build; its message is for the person who builds
     */
    public static void main(String[] args) throws Exception {
        Path source = Path.of(System.getProperty("jdk.launcher.sourcefile", "src/image/Stage.java")).getParent();
        try {
            new Stage(Path.of(args[0]), source == null ? Path.of(".") : source, Path.of(args[2])).run(args[1]);
        } catch (Refused e) {
            System.err.println("image: " + e.getMessage());
            System.exit(1);
        }
    }

    /** What the build cannot go on with. */
    private static final class Refused extends Exception {
        Refused(String message) {
            super(message);
        }
    }

    private void run(String classPath) throws Exception {
        copyLibraries(classPath);
        packApplication();
        String obstacle = link();
        boolean archived = false;
        if (obstacle == null) {
            if (Boolean.getBoolean("image.classes")) {
                delete(archive);
                writeArguments(false);
                recordClasses();
            }
            archived = archive();
            writeArguments(archived);
            check(archived);
        } else {
            delete(runtime);
            delete(archive);
            delete(out.resolve("keys"));
            writeArguments(false);
            System.out.println("image: " + obstacle + ": so it is built upon " + JAVA_BASE + ", larger and slower to start");
        }
        Files.createDirectories(runtime);
        Files.createDirectories(archive);
        String asked = System.getProperty("image.base", "");
        String base = !asked.isEmpty() ? asked : obstacle == null ? BASE : JAVA_BASE;
        writeContents(base, obstacle == null);
        Properties commit = new Properties(); // as it is in the jar, so that the image's labels cannot say something else
        try (ZipFile packed = new ZipFile(jar.toFile()); InputStream file = packed.getInputStream(packed.getEntry("git.properties"))) {
            commit.load(file);
        }
        Files.writeString(out.resolve("jib.properties"), """
                staged.architecture=%s
                staged.base=%s
                staged.java=%s
                staged.commit=%s
                staged.time=%s
                """.formatted(architecture, base, obstacle == null ? "/opt/java/bin/java" : "/opt/java/openjdk/bin/java",
                commit.getProperty("git.commit.id"), commit.getProperty("git.commit.time")));
    }

    /** Copies the libraries into one folder. */
    private void copyLibraries(String classPath) throws IOException, Refused {
        Files.createDirectories(libraries);
        List<String> wanted = new ArrayList<>();
        for (String entry : classPath.split(java.io.File.pathSeparator)) {
            Path library = Path.of(entry);
            if (entry.endsWith(".jar") && !library.equals(jar)) {
                String name = library.getFileName().toString();
                if (wanted.contains(name)) {
                    throw new Refused("two libraries have the same file name, " + name);
                }
                wanted.add(name);
                Path there = libraries.resolve(name);
                if (!Files.exists(there) || Files.size(there) != Files.size(library) || Files.mismatch(there, library) >= 0) {
                    replace(libraries, name, library);
                }
                Files.setLastModifiedTime(there, TIME);
            }
        }
        for (Path file : jars()) {
            if (!wanted.contains(file.getFileName().toString())) {
                Files.delete(file);
            }
        }
    }

    /**
     * Packs the application's jar anew: without times and file modes, which depend on the machine's settings, and without compression,
     * as the layer is compressed anyway, and better in one piece.
     */
    private void packApplication() throws IOException {
        Files.createDirectories(application);
        try (ZipFile from = new ZipFile(jar.toFile()); ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(application.resolve("hello.jar")))) {
            List<? extends ZipEntry> entries = from.stream().filter(e -> !e.getName().startsWith("META-INF/maven/"))
                    .sorted(Comparator.comparing((ZipEntry e) -> !e.getName().equals("META-INF/MANIFEST.MF")).thenComparing(ZipEntry::getName)).toList();
            for (ZipEntry entry : entries) {
                byte[] content = from.getInputStream(entry).readAllBytes();
                CRC32 sum = new CRC32();
                sum.update(content);
                ZipEntry stored = new ZipEntry(entry.getName());
                stored.setMethod(ZipEntry.STORED);
                stored.setSize(content.length);
                stored.setCrc(sum.getValue());
                stored.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
                to.putNextEntry(stored);
                to.write(content);
            }
        }
    }

    /**
     * Links the runtime, unless it is there already.
     *
     * @return what is in the way of a runtime for the image, or null
     */
    private String link() throws Exception {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "on " + System.getProperty("os.name") + " no runtime for Linux can be linked";
        }
        if (!architecture.equals(here())) {
            return "on " + here() + " no runtime for " + architecture + " can be linked";
        }
        Path home = Path.of(System.getProperty("java.home"));
        String key = hash(List.of(home.resolve("release"), home.resolve("lib/modules")).stream().map(Stage::stamp).toList() + LINK.toString());
        if (same("runtime", key)) {
            return null;
        }
        delete(runtime);
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/jlink").toString()));
        command.addAll(LINK);
        command.addAll(List.of("--output", runtime.toString()));
        Output linked;
        try {
            linked = execute(out, command);
        } catch (IOException e) {
            return "the JDK at " + home + " has no jlink";
        }
        if (linked.code != 0) {
            return "the JDK at " + home + " cannot link a runtime (" + linked.text.strip().lines().findFirst().orElse("no word why") + ")";
        }
        String needs = foreignLibrary();
        if (needs != null) {
            delete(runtime);
            return "the JDK at " + home + " needs " + needs + ", which " + BASE + " has not (Eclipse Temurin does not need it)";
        }
        done("runtime", key);
        return null;
    }

    /** The first shared library, or symbol version, that the linked runtime needs and the base has not; null if there is none. */
    private String foreignLibrary() throws IOException {
        Pattern names = Pattern.compile("(?<![A-Za-z0-9_/.-])(libz\\.so\\.1|libstdc\\+\\+\\.so\\.6|libgcc_s\\.so\\.1|libc\\.musl-[a-z0-9_]+\\.so\\.1|GLIBC_2\\.(\\d+))\u0000");
        for (Path file : list(runtime.resolve("lib"))) {
            if (file.toString().endsWith(".so") && !Files.isSymbolicLink(file)) {
                Matcher found = names.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                while (found.find()) {
                    if (found.group(2) == null || Integer.parseInt(found.group(2)) > GLIBC) {
                        return found.group(1);
                    }
                }
            }
        }
        return null;
    }

    /**
     * Makes the archive of the libraries' classes, unless it is there already. It is made with a relative class path, so that it does
     * not know where the build is, of libraries that have the time that they will have in the image, and with no compiler: its threads
     * would leave names in the archive, other ones each time (JDK-8305753).
     *
     * @return whether there is one
     */
    private boolean archive() throws Exception {
        StringBuilder inputs = new StringBuilder(Files.readString(key("runtime"))).append(FLAGS).append(hash(Files.readString(classList)));
        for (Path library : jars()) {
            inputs.append(library.getFileName()).append(hash(Files.readAllBytes(library)));
        }
        String key = hash(inputs.toString());
        if (same("archive", key)) {
            return true;
        }
        delete(archive);
        Files.createDirectories(archive);
        List<String> command = new ArrayList<>(List.of(runtime.resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xmx128m", "-XX:-UsePerfData",
                "-Xint", "-Xshare:dump", "-Xlog:disable", "-Xlog:all=error:stderr", "-XX:SharedClassListFile=" + classList.toAbsolutePath(),
                "-XX:SharedArchiveFile=" + archive.resolve("hello.jsa"), "-cp", String.join(":", jars().stream().map(l -> "libraries/" + l.getFileName()).toList())));
        Output dumped = execute(out, command);
        if (dumped.code != 0) {
            delete(archive);
            System.out.println("image: no archive of classes could be made, so it starts slower: " + dumped.text.strip().lines().findFirst().orElse("no word why"));
            return false;
        }
        done("archive", key);
        return true;
    }

    /** Writes the JVM's arguments: the class path names every library, as the archive is only taken for the very same list. */
    private void writeArguments(boolean archived) throws IOException {
        List<String> lines = new ArrayList<>(FLAGS);
        if (archived) {
            lines.addAll(ARCHIVE_FLAGS);
        }
        lines.add("-cp");
        lines.add(String.join(":", Stream.concat(jars().stream(), Stream.of(application.resolve("hello.jar")))
                .map(l -> "/opt/hello/" + l.getFileName()).toList()));
        Files.writeString(application.resolve("java.args"), String.join("\n", lines) + "\n");
    }

    /**
     * Starts what was laid out, as it will be in the image, and asks it: everything must be answered, and with the archive nearly every
     * class must come out of it. With -Xshare:on the JVM does not start without the archive; the image itself leaves that out,
     * so that there a broken archive only makes the start slower.
     */
    private void check(boolean archived) throws Exception {
        Path log = out.resolve("classes.log");
        serve(archived ? List.of("-Xshare:on", "-Xlog:class+load:file=" + log) : List.of());
        if (archived) {
            long shared = 0;
            long all = 0;
            for (String line : Files.readAllLines(log)) {
                all++;
                shared += line.contains("source: shared objects file") ? 1 : 0;
            }
            System.out.printf(Locale.ROOT, "image: %d of %d classes come from the archive%n", shared, all);
            if (shared < all * 0.9) {
                throw new Refused("the archive of classes is hardly used: see " + log + "; after a change of libraries renew the list with `service/image --classes`");
            }
        }
    }

    /** Runs the service with a record of the classes that it loads, and keeps those that are not the application's. */
    private void recordClasses() throws Exception {
        Path recorded = out.resolve("classes.recorded");
        serve(List.of("-Xshare:off", "-XX:DumpLoadedClassList=" + recorded));
        List<String> classes = Files.readAllLines(recorded).stream()
                .filter(l -> !l.startsWith("#") && !l.startsWith("@cp") && !l.contains(" source: ") && !l.contains("hello/"))
                .map(l -> l.replaceFirst(" id: \\d+.*", "").strip()).distinct().sorted().toList();
        Files.writeString(classList, String.join("\n", classes) + "\n");
        System.out.println("image: " + classes.size() + " lines in " + classList);
    }

    /** Starts the service out of a folder that looks like the image, sends it every kind of request and ends it. */
    private void serve(List<String> more) throws Exception {
        Path root = out.resolve("root");
        delete(root);
        Path hello = Files.createDirectories(root.resolve("hello"));
        for (Path layer : List.of(libraries, archive, application)) {
            for (Path file : list(layer)) {
                Path there = hello.resolve(file.getFileName());
                Files.copy(file, there);
                Files.setLastModifiedTime(there, TIME); // as jib does
            }
        }
        Path arguments = root.resolve("java.args");
        Files.writeString(arguments, Files.readString(application.resolve("java.args")).replace("/opt/hello/", hello + "/"));
        int port;
        int management;
        try (ServerSocket one = new ServerSocket(0); ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            management = two.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(runtime.resolve("bin/java").toString(), "@" + arguments));
        command.addAll(more);
        command.add("hello.Application");
        Path output = out.resolve("check.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("MICRONAUT_SERVER_PORT", String.valueOf(port));
        builder.environment().put("ENDPOINTS_ALL_PORT", String.valueOf(management));
        Process process = builder.start();
        try {
            String failure = ask(process, port, management);
            process.destroy();
            if (failure == null && !process.waitFor(20, TimeUnit.SECONDS)) {
                failure = "it did not end within 20 s";
            }
            if (failure != null) {
                throw new Refused("what would be the image does not work: " + failure + "\n" + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
            delete(root);
        }
    }

    /** Sends requests. Returns what went wrong, or null. */
    private static String ask(Process process, int port, int management) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int attempt = 0; ; attempt++) {
            try {
                client.send(request(management, "/health/readiness", "*/*"), HttpResponse.BodyHandlers.discarding());
                break;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    return "it ended with code " + process.exitValue();
                }
                if (attempt > 600) {
                    return "it did not answer within a minute";
                }
                Thread.sleep(100);
            }
        }
        for (int round = 0; round < 3; round++) {
            for (String[] ask : new String[][] {
                    {"/", "*/*", "200"}, {"/", "application/json", "200"}, {"/", "text/html", "200"}, {"/", "image/png", "406"},
                    {"/none", "*/*", "404"}, {"/none", "application/json", "404"}, {"/none", "text/html", "404"},
                    {"management", "/health/liveness", "200"}, {"management", "/health/readiness", "200"},
                    {"management", "/info", "200"}, {"management", "/prometheus", "200"}}) {
                HttpRequest request = ask[0].equals("management") ? request(management, ask[1], "*/*") : request(port, ask[0], ask[1]);
                int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status != Integer.parseInt(ask[2])) {
                    return "%s (%s) was answered with %d".formatted(request.uri(), ask[1], status);
                }
            }
        }
        return null;
    }

    private static HttpRequest request(int port, String path, String accept) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Accept", accept).build();
    }

    /**
     * Completes the list of the image's contents (an SBOM) that was made from Maven's dependencies: with the runtime and the base. Each
     * library that is really there must be in it, and nothing else.
     */
    private void writeContents(String base, boolean linked) throws IOException, Refused {
        String contents = Files.readString(out.resolveSibling("libraries.json"));
        for (Path library : jars()) {
            if (!contents.contains(hash(Files.readAllBytes(library)))) {
                throw new Refused(library.getFileName() + " is in the image and not in its SBOM");
            }
        }
        int listed = contents.split("\"scope\" : ", -1).length - 1;
        if (listed != jars().size()) {
            throw new Refused("the SBOM lists " + listed + " libraries, the image has " + jars().size());
        }
        String start = "\"components\" : [\n    {\n      \"type\" : \"library\"";
        if (!contents.contains(start)) {
            throw new Refused("the SBOM of the libraries does not look as expected");
        }
        String version = Runtime.version().toString().replaceAll("-.*", "");
        String others = """
                    {
                      "type" : "container",
                      "bom-ref" : "base-image",
                      "name" : "%s"
                    },
                """.formatted(base);
        if (linked) {
            others += """
                    {
                      "type" : "platform",
                      "bom-ref" : "java-runtime",
                      "publisher" : "%s",
                      "name" : "OpenJDK",
                      "version" : "%s",
                      "description" : "modules %s",
                      "purl" : "pkg:generic/openjdk@%s"
                    },
                """.formatted(System.getProperty("java.vendor"), version, MODULES, version.replace("+", "%2B"));
        }
        Files.writeString(libraries.resolve("sbom.json"), contents.replace(start, "\"components\" : [\n" + others + "    {\n      \"type\" : \"library\""));
    }

    /** The libraries, in the order of the class path. */
    private List<Path> jars() throws IOException {
        return list(libraries).stream().filter(f -> f.toString().endsWith(".jar")).toList();
    }

    // ---- small things

    private static String here() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    private record Output(int code, String text) {
    }

    private static Output execute(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        StringBuilder text = new StringBuilder();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(l -> text.append(l).append('\n'));
        }
        return new Output(process.waitFor(), text.toString());
    }

    private Path key(String part) {
        return out.resolve("keys").resolve(part);
    }

    private boolean same(String part, String key) throws IOException {
        return Files.exists(key(part)) && Files.readString(key(part)).equals(key);
    }

    private void done(String part, String key) throws IOException {
        Files.createDirectories(key(part).getParent());
        Files.writeString(key(part), key);
    }

    private static void replace(Path folder, String name, Path with) throws IOException {
        Files.createDirectories(folder);
        Files.copy(with, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Files below a folder, in an order that is the same everywhere. */
    private static List<Path> list(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> !Files.isDirectory(f)).sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A file's name, size and, when it is small, content. */
    private static String stamp(Path file) {
        try {
            return Files.exists(file) ? file + " " + Files.size(file) + (Files.size(file) < 100_000 ? Files.readString(file) : "") : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
