import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The list of the image's contents, an SBOM in CycloneDX's format. */
final class Contents {

    private Contents() {}

    /**
     * Completes the list of the image's contents (an SBOM) that was made from Maven's dependencies: with the runtime and the base. Each
     * library that is really there must be in it, and nothing else.
     */
    static void write(Layout layout, String base, boolean linked) throws IOException, Refused {
        String contents = Files.readString(layout.out().resolveSibling("libraries.json"));
        for (Path library : layout.jars()) {
            if (!contents.contains(Disk.hash(Files.readAllBytes(library)))) {
                throw new Refused(library.getFileName() + " is in the image and not in its SBOM");
            }
        }
        int listed = contents.split("\"scope\" : ", -1).length - 1;
        if (listed != layout.jars().size()) {
            throw new Refused("the SBOM lists " + listed + " libraries, the image has "
                    + layout.jars().size());
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
                """.formatted(
                    System.getProperty("java.vendor"), version, JavaRuntime.MODULES, version.replace("+", "%2B"));
        }
        Files.writeString(
                layout.libraries().resolve("sbom.json"),
                contents.replace(start, "\"components\" : [\n" + others + "    {\n      \"type\" : \"library\""));
    }
}
