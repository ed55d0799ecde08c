package hello.e2e;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The in-cluster registry, through a port-forward. */
final class Registry implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Process forward;
    private final String address;

    Registry() throws IOException {
        forward = new ProcessBuilder(
                        "kubectl",
                        "--context",
                        Cluster.CONTEXT,
                        "-n",
                        "registry",
                        "port-forward",
                        "deployment/registry",
                        ":5050")
                .redirectErrorStream(true)
                .start();
        BufferedReader said = forward.inputReader();
        Matcher port = Pattern.compile("Forwarding from 127.0.0.1:(\\d+) .*").matcher(String.valueOf(said.readLine()));
        if (!port.matches()) {
            forward.destroy();
            throw new IOException("no port-forward to the registry");
        }
        Thread.ofVirtual().start(() -> said.lines().forEach(line -> {})); // or it stops when the pipe is full
        address = "http://localhost:" + port.group(1) + "/v2/hello/";
    }

    /** Every image's tag. */
    String tags() throws IOException, InterruptedException {
        return JsonParser.parseString(
                        send("tags/list", HttpRequest.newBuilder()).body())
                .getAsJsonObject()
                .getAsJsonArray("tags")
                .asList()
                .stream()
                .map(Object::toString)
                .sorted()
                .toList()
                .toString();
    }

    /**
     * Puts an image there once more with another annotation, under a tag; gives the digest, which no node has ever
     * seen.
     */
    String again(String digest, String tag) throws IOException, InterruptedException, NoSuchAlgorithmException {
        HttpResponse<String> manifest = send(
                "manifests/" + digest,
                HttpRequest.newBuilder().header("Accept", "application/vnd.oci.image.manifest.v1+json"));
        JsonObject changed = JsonParser.parseString(manifest.body()).getAsJsonObject();
        JsonObject annotations = new JsonObject();
        annotations.addProperty("again", tag);
        changed.add("annotations", annotations);
        byte[] bytes = changed.toString().getBytes(StandardCharsets.UTF_8);
        String type = manifest.headers().firstValue("Content-Type").orElseThrow();
        send(
                "manifests/" + tag,
                HttpRequest.newBuilder()
                        .header("Content-Type", type)
                        .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes)));
        return "sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** Whether an image is there, with all of its layers. */
    boolean has(String digest) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder().header("Accept", "application/vnd.oci.image.manifest.v1+json");
        HttpResponse<String> manifest = client.send(
                request.uri(URI.create(address + "manifests/" + digest)).build(), HttpResponse.BodyHandlers.ofString());
        if (manifest.statusCode() == 404) {
            return false;
        }
        for (JsonElement layer :
                JsonParser.parseString(manifest.body()).getAsJsonObject().getAsJsonArray("layers")) {
            String blob = layer.getAsJsonObject().get("digest").getAsString();
            send("blobs/" + blob, HttpRequest.newBuilder().HEAD());
        }
        return true;
    }

    private HttpResponse<String> send(String path, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(request.uri(URI.create(address + path)).build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(path + ": " + response.statusCode() + " " + response.body());
        }
        return response;
    }

    @Override
    public void close() {
        forward.destroy();
        client.close();
    }
}
