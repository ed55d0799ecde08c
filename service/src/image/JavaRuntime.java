import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The image's own Java runtime, linked with the modules that the service needs and no others. */
final class JavaRuntime {

    /** What the service uses. Two are needed late: java.sql by a metrics bean's signature, jdk.jfr by Netty at the first request. */
    static final String MODULES =
            "java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.jfr,jdk.management,jdk.unsupported";

    private static final List<String> LINK =
            List.of("--add-modules", MODULES, "--no-header-files", "--no-man-pages", "--strip-java-debug-attributes");

    /** The newest C library symbols that the base has. */
    private static final int GLIBC = 41;

    private final Layout layout;
    private final String architecture;
    private final String base;

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
    String link() throws Exception {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "on " + System.getProperty("os.name") + " no runtime for Linux can be linked";
        }
        if (!architecture.equals(processor())) {
            return "on " + processor() + " no runtime for " + architecture + " can be linked";
        }
        Path home = Path.of(System.getProperty("java.home"));
        String key = Disk.hash(List.of(home.resolve("release"), home.resolve("lib/modules")).stream()
                        .map(Disk::stamp)
                        .toList()
                + LINK.toString());
        if (layout.same("runtime", key)) {
            return null;
        }
        Disk.delete(layout.runtime());
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/jlink").toString()));
        command.addAll(LINK);
        command.addAll(List.of("--output", layout.runtime().toString()));
        Disk.Output linked;
        try {
            linked = Disk.execute(layout.out(), command);
        } catch (IOException e) {
            return "the JDK at " + home + " has no jlink";
        }
        if (linked.code() != 0) {
            return "the JDK at " + home + " cannot link a runtime ("
                    + linked.text().strip().lines().findFirst().orElse("no word why") + ")";
        }
        String needs = foreignLibrary();
        if (needs != null) {
            Disk.delete(layout.runtime());
            return "the JDK at " + home + " needs " + needs + ", which " + base
                    + " has not (Eclipse Temurin does not need it)";
        }
        layout.done("runtime", key);
        return null;
    }

    /** The first shared library, or symbol version, that the linked runtime needs and the base has not; null if there is none. */
    private String foreignLibrary() throws IOException {
        Pattern names = Pattern.compile(
                "(?<![A-Za-z0-9_/.-])(libz\\.so\\.1|libstdc\\+\\+\\.so\\.6|libgcc_s\\.so\\.1|libc\\.musl-[a-z0-9_]+\\.so\\.1|GLIBC_2\\.(\\d+))\u0000");
        for (Path file : Disk.list(layout.runtime().resolve("lib"))) {
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

    /** The JDK that links: its maker and its exact version, as another one gives other bytes. */
    static String jdk() {
        return System.getProperty("java.vendor") + " " + Runtime.version();
    }

    /** This machine's kind of processor, as images name it. */
    static String processor() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }
}
