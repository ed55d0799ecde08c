package hello.image;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import hello.support.Command;
import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An image that jib wrote as a tar file, unpacked as an OCI layout.
 *
 * @param folder the layout
 * @param digest the image's digest
 * @param output what the build printed
 */
record OciImage(Path folder, String digest, String output) {

    /**
     * Unpacks the image that was just built.
     *
     * @param clone the checkout that it was built in
     * @param folder where to unpack it to; it is made
     * @param output what the build printed
     * @return the image
     */
    static OciImage unpack(Path clone, Path folder, String output) throws IOException {
        Files.createDirectory(folder);
        Path tar = clone.resolve("service/target/jib-image.tar");
        Command.of("tar", "-xf", tar.toString()).in(folder).run().orFail();
        return new OciImage(folder, Repository.read(clone.resolve("service/target/jib-image.digest")), output);
    }

    /** Where a layer, or a description, of this digest is. */
    Path path(String blob) {
        return folder.resolve("blobs/sha256").resolve(blob.substring("sha256:".length()));
    }

    /** The manifest. */
    JsonObject manifest() {
        return json(digest);
    }

    /** The configuration: the entry point, the user, the labels and so on are in its "config". */
    JsonObject configuration() {
        return json(manifest().getAsJsonObject("config").get("digest").getAsString());
    }

    private JsonObject json(String blob) {
        return JsonParser.parseString(Repository.read(path(blob))).getAsJsonObject();
    }

    /** The labels. */
    JsonObject labels() {
        return configuration().getAsJsonObject("config").getAsJsonObject("Labels");
    }

    /** The words of the entry point. */
    List<String> entrypoint() {
        return configuration().getAsJsonObject("config").getAsJsonArray("Entrypoint").asList().stream()
                .map(JsonElement::getAsString)
                .toList();
    }

    /** The layers' digests, the base's first, with their sizes in bytes. */
    Map<String, Long> layers() {
        Map<String, Long> layers = new LinkedHashMap<>();
        for (JsonElement element : manifest().getAsJsonArray("layers")) {
            JsonObject layer = element.getAsJsonObject();
            layers.put(layer.get("digest").getAsString(), layer.get("size").getAsLong());
        }
        return layers;
    }

    /** The paths of the files in a layer, with no slash before them. */
    List<String> files(String layer) {
        return Command.of("tar", "-tzf", path(layer).toString())
                .run()
                .orFail()
                .output()
                .lines()
                .toList();
    }
}
