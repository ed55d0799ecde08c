package hello.e2e;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The machine's own Chromium with one page, without a window, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "google-chrome", "chromium-browser", "chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final long SECONDS = 30;
    private static final Gson GSON = new Gson();

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonObject>> replies = new ConcurrentHashMap<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private String page;

    private Browser(Process process, String address) throws Exception {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(address), new Listener())
                .get(SECONDS, TimeUnit.SECONDS);
        String target = send("Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .getAsString();
        page = send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .getAsString();
        send("Log.enable", Map.of());
        send("Runtime.enable", Map.of());
    }

    /** The browser's program, if this machine has one. */
    static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it.
     *
     * @param program from {@link #program}
     * @param profile a folder for what it keeps
     * @param address where every host is, so that nobody's hosts file is needed
     * @return the browser, to be closed
     * @throws Exception when it does not start
     */
    static Browser start(Path program, Path profile, String address) throws Exception {
        Process process = new ProcessBuilder(
                        program.toString(),
                        "--headless",
                        "--no-sandbox", // root has none
                        "--disable-gpu",
                        // A page that is left would be kept, and what it listens to as well: soon that is all of the
                        // six connections that a browser makes to a server of HTTP/1.
                        "--disable-features=BackForwardCache",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "--host-resolver-rules=MAP *.test " + address)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader said = process.errorReader();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(LISTENING)) {
                Thread.ofVirtual().start(() -> said.lines().forEach(rest -> {}));
                return new Browser(process, line.substring(LISTENING.length()));
            }
        }
        throw new IOException(program + " ended before it listened");
    }

    /** Shows pages as on a screen of that width in pixels, in the person's colour scheme, light or dark. */
    void as(String scheme, int width) throws Exception {
        Map<String, String> feature = Map.of("name", "prefers-color-scheme", "value", scheme);
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Takes certificates that nobody signed, as a person does who knows the server. */
    void trustAll() throws Exception {
        send("Security.setIgnoreCertificateErrors", Map.of("ignore", true));
    }

    /** Opens an address and waits until a script holds there. */
    void open(String url, String ready) throws Exception {
        send("Page.navigate", Map.of("url", url));
        until(ready);
    }

    /** Waits until a script holds. */
    void until(String script) {
        Awaitility.await(script)
                .atMost(Duration.ofSeconds(SECONDS))
                .ignoreExceptions() // while the former page goes, or this one is not complete
                .until(() -> text(script).equals("true"));
    }

    /** Clicks the element that a script finds, once it is there. */
    void click(String element) throws Exception {
        until("!!" + element);
        text(element + ".click()");
    }

    /** Types into the field that a script finds, once it is there. */
    void type(String element, String text) throws Exception {
        until("!!" + element);
        text(element + ".focus()");
        send("Input.insertText", Map.of("text", text));
    }

    /** Saves what the screen shows from a column on, as WebP. */
    void picture(Path file, int left) throws Exception {
        send("Emulation.setScrollbarsHidden", Map.of("hidden", true));
        double width = Double.parseDouble(text("innerWidth")) - left;
        double height = Double.parseDouble(text("innerHeight"));
        Map<String, Object> clip = Map.of("x", left, "y", 0, "width", width, "height", height, "scale", 1);
        String image = send("Page.captureScreenshot", Map.of("format", "webp", "quality", 70, "clip", clip))
                .get("data")
                .getAsString();
        Files.write(file, Base64.getDecoder().decode(image));
    }

    /** What a script gives on the page, as text. */
    String text(String script) throws Exception {
        return send("Runtime.evaluate", Map.of("expression", "String(" + script + ")"))
                .getAsJsonObject("result")
                .get("value")
                .getAsString();
    }

    /** What the console has of errors, of all pages since the start. */
    List<String> errors() {
        return errors;
    }

    private JsonObject send(String method, Map<String, Object> parameters) throws Exception {
        int id = number.incrementAndGet();
        CompletableFuture<JsonObject> reply = new CompletableFuture<>();
        replies.put(id, reply);
        JsonObject message = new JsonObject();
        message.addProperty("id", id);
        message.addProperty("method", method);
        message.add("params", GSON.toJsonTree(parameters));
        if (page != null) {
            message.addProperty("sessionId", page);
        }
        socket.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
        return reply.get(SECONDS, TimeUnit.SECONDS);
    }

    private void received(JsonObject message) {
        if (message.has("id")) {
            CompletableFuture<JsonObject> reply =
                    replies.remove(message.get("id").getAsInt());
            if (message.has("error")) {
                reply.completeExceptionally(new IOException(message.toString()));
            } else {
                reply.complete(message.getAsJsonObject("result"));
            }
        } else if (isError(message)) {
            errors.add(message.toString());
        }
    }

    private static boolean isError(JsonObject event) {
        return switch (event.get("method").getAsString()) {
            case "Runtime.exceptionThrown" -> true;
            case "Runtime.consoleAPICalled" -> event.toString().contains("\"type\":\"error\"");
            case "Log.entryAdded" -> event.toString().contains("\"level\":\"error\"");
            default -> false;
        };
    }

    @Override
    public void close() throws Exception {
        page = null;
        send("Browser.close", Map.of());
        process.waitFor(SECONDS, TimeUnit.SECONDS);
        process.destroy();
    }

    /** Puts the parts of a message together. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                JsonObject message = JsonParser.parseString(parts.toString()).getAsJsonObject();
                parts.setLength(0);
                received(message);
            }
            webSocket.request(1);
            return null;
        }
    }
}
