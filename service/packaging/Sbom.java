import io.micronaut.core.type.Argument;
import io.micronaut.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The image's list of contents, a software bill of materials in CycloneDX's format. */
final class Sbom {

    private final Layout layout;

    Sbom(Layout layout) {
        this.layout = layout;
    }

    /**
     * Completes the list that the CycloneDX plugin made of Maven's dependencies, with the base image and the linked
     * runtime; unless it is there already.
     *
     * @param base the base image
     * @param linked whether the image has a Java runtime of its own
     * @throws BuildException when the list and the image's libraries differ
     */
    void write(String base, boolean linked) throws IOException, BuildException {
        Path made = layout.out().resolveSibling("libraries.json");
        String key =
                FileUtils.sha256(base + (linked ? runtime() : "") + FileUtils.sha256(made) + layout.librariesKey());
        if (!Files.exists(sbom()) || !layout.isMadeOf("sbom", key)) {
            complete(Files.readAllBytes(made), base, linked);
            layout.done("sbom", key);
        }
    }

    private Path sbom() {
        return layout.libraries().resolve("sbom.json");
    }

    private void complete(byte[] made, String base, boolean linked) throws IOException, BuildException {
        JsonMapper json = JsonMapper.createDefault();
        Map<String, Object> sbom = json.readValue(made, Argument.mapOf(String.class, Object.class));
        List<Object> components = new ArrayList<>();
        components.add(new TreeMap<>(Map.of("type", "container", "bom-ref", "base-image", "name", base)));
        if (linked) {
            components.add(runtime());
        }
        List<?> libraries = (List<?>) sbom.get("components");
        requireSame(libraries);
        components.addAll(libraries);
        sbom.put("components", components);
        Files.write(sbom(), json.writeValueAsBytes(sbom));
    }

    /** Sorted, as this one, since the order of Map.of differs from run to run, and with it the image's digest. */
    private static Map<String, Object> runtime() {
        String version = JavaRuntime.version();
        return new TreeMap<>(Map.of(
                "type",
                "platform",
                "bom-ref",
                "java-runtime",
                "publisher",
                System.getProperty("java.vendor"),
                "name",
                "OpenJDK",
                "version",
                version,
                "description",
                "modules " + String.join(",", JavaRuntime.MODULES),
                "purl",
                "pkg:generic/openjdk@" + version.replace("+", "%2B")));
    }

    /** Each library that is in the image must be listed, and nothing else: compared by their SHA-256. */
    private void requireSame(List<?> listed) throws IOException, BuildException {
        Set<String> inImage = new TreeSet<>();
        for (Path library : layout.jars()) {
            inImage.add(FileUtils.sha256(library));
        }
        Set<String> inList = new TreeSet<>();
        for (Object library : listed) {
            for (Object hash : (List<?>) ((Map<?, ?>) library).get("hashes")) {
                if (((Map<?, ?>) hash).get("alg").equals("SHA-256")) {
                    inList.add((String) ((Map<?, ?>) hash).get("content"));
                }
            }
        }
        if (!inImage.equals(inList)) {
            throw new BuildException("the SBOM lists %d libraries and the image has %d, or they differ; "
                            .formatted(inList.size(), inImage.size())
                    + "build anew with `mvn clean`, and if that does not help, compare service/target/libraries.json with "
                    + layout.libraries());
        }
    }
}
