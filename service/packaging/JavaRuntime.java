import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The image's own Java runtime, linked with the modules that the service needs and no others. */
final class JavaRuntime {

    /** The JDK's modules that the service uses. Where one is missing, the smoke test fails and names it. */
    static final List<String> MODULES = List.of(
            "java.base",
            "java.logging",
            "java.management",
            "java.naming",
            "java.sql", // a class in the signature of one of Micronaut's beans for metrics
            "java.xml",
            "jdk.jfr", // Netty, at the first request
            "jdk.management",
            "jdk.unsupported");

    private static final List<String> LINK = List.of(
            "--add-modules",
            String.join(",", MODULES),
            "--no-header-files",
            "--no-man-pages",
            "--strip-java-debug-attributes");

    /** The newest symbols of the C library that the base has: those of glibc 2.41, of Debian 13. */
    private static final int GLIBC = 41;

    /** Names in a shared library of what it needs: other libraries, and the C library's versions. */
    private static final Pattern NEEDED = Pattern.compile("(?<![A-Za-z0-9_/.-])"
            + "(libz\\.so\\.1|libstdc\\+\\+\\.so\\.6|libgcc_s\\.so\\.1|libc\\.musl-[a-z0-9_]+\\.so\\.1|GLIBC_2\\.(\\d+))"
            + "\u0000");

    /** How a JVM says that there is no such class. */
    private static final Pattern NO_CLASS =
            Pattern.compile("(?:NoClassDefFoundError|ClassNotFoundException): ([\\w/.$]+)");

    private final Layout layout;
    private final String architecture;
    private final String base;
    private final Path jdk = Path.of(System.getProperty("java.home"));

    /**
     * Describes the runtime.
     *
     * @param layout where it is linked to
     * @param architecture amd64 or arm64
     * @param base the image that it has to run upon
     */
    JavaRuntime(Layout layout, String architecture, String base) {
        this.layout = layout;
        this.architecture = architecture;
        this.base = base;
    }

    /**
     * Links the runtime, unless it is there already.
     *
     * @return what is in the way of a runtime for the image, or null
     */
    String link() throws IOException, InterruptedException {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            return "on " + system + " no runtime for Linux can be linked";
        }
        if (!architecture.equals(machine())) {
            return "on " + machine() + " no runtime for " + architecture + " can be linked";
        }
        String key = FileUtils.sha256(stamp(jdk.resolve("release")) + stamp(jdk.resolve("lib/modules")) + LINK);
        if (layout.isMadeOf("runtime", key)) {
            return null;
        }
        FileUtils.delete(layout.runtime());
        String obstacle = runJlink();
        if (obstacle == null) {
            layout.done("runtime", key);
        }
        return obstacle;
    }

    private String runJlink() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.resolve("bin/jlink").toString()));
        command.addAll(LINK);
        command.addAll(List.of("--output", layout.runtime().toString()));
        Processes.Result linked;
        try {
            linked = Processes.run(layout.out(), command);
        } catch (IOException e) {
            return "the JDK at " + jdk + " has no jlink";
        }
        if (linked.exitCode() != 0) {
            return "the JDK at " + jdk + " cannot link a runtime (" + linked.firstLine() + ")";
        }
        String needed = foreignLibrary();
        if (needed == null) {
            return null;
        }
        FileUtils.delete(layout.runtime());
        return "the JDK at " + jdk + " needs " + needed + ", which is not in " + base
                + " (Eclipse Temurin does not need it)";
    }

    /**
     * The first shared library, or symbol version, that the linked runtime needs and the base has not; null if there is
     * none.
     */
    private String foreignLibrary() throws IOException {
        for (Path file : FileUtils.list(layout.runtime().resolve("lib"))) {
            if (!file.toString().endsWith(".so") || Files.isSymbolicLink(file)) {
                continue;
            }
            Matcher needed = NEEDED.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            while (needed.find()) {
                if (needed.group(2) == null || Integer.parseInt(needed.group(2)) > GLIBC) {
                    return needed.group(1);
                }
            }
        }
        return null;
    }

    /** A file's name, size and, when it is small, content. */
    private static String stamp(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        long size = Files.size(file);
        return file + " " + size + (size < 100_000 ? Files.readString(file) : "");
    }

    /** This machine's architecture, as images name it. */
    static String machine() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    /** The version of the JDK that links, such as 25.0.3+9; another one gives other bytes. */
    static String version() {
        return Runtime.version().toString().replaceAll("-.*", "");
    }

    /**
     * Looks in a JVM's output for a class that the JDK has and the linked runtime has not.
     *
     * @param output what the service wrote
     * @return the class's module and what to do, or nothing when that is not what went wrong
     */
    static Optional<String> missingModule(String output) {
        for (Matcher missing = NO_CLASS.matcher(output); missing.find(); ) {
            String name = missing.group(1).replace('/', '.');
            String inPackage = name.replaceFirst("\\.[^.]*$", "");
            Optional<String> module = ModuleFinder.ofSystem().findAll().stream()
                    .filter(m -> m.descriptor().packages().contains(inPackage))
                    .map(m -> m.descriptor().name())
                    .filter(m -> !MODULES.contains(m))
                    .findFirst();
            if (module.isPresent()) {
                return Optional.of("the service needs %s, which is in the JDK's module %s: add \"%s\" to MODULES in %s"
                        .formatted(name, module.get(), module.get(), "service/packaging/JavaRuntime.java"));
            }
        }
        return Optional.empty();
    }
}
