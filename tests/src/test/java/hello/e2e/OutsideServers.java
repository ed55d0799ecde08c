package hello.e2e;

import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.resource;
import static hello.e2e.Cluster.waitUntil;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Servers outside the cluster, on the machine that runs the test. A container runtime takes plain HTTP from localhost
 * alone, so the registry is relayed to the node's loopback.
 */
final class OutsideServers implements AutoCloseable {
    static final int REGISTRY = 5060;

    /** This machine's address, as the cluster sees it. */
    final String machine = Cluster.ownAddress();

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    /** Has an empty folder, for repositories and images. */
    OutsideServers(Path folder) {
        this.folder = folder;
    }

    /** Starts the registry. Where this machine has no program for it, the tests are left out. */
    void registry(int port) throws IOException {
        String program = Cluster.run(folder, "bash", "-c", "command -v registry || command -v docker-registry || true")
                .line();
        assumeTrue(!program.isEmpty(), "no registry program on this machine");
        String settings = resource("outside/registry.yaml")
                .replace("FOLDER", folder.resolve("images").toString())
                .replace("PORT", "" + port);
        Path file = Files.writeString(folder.resolve("registry.yml"), settings);
        start("env", "OTEL_TRACES_EXPORTER=none", program, "serve", file.toString());
        waitFor(port);
    }

    /** An image's name in the registry. */
    static String image(String name) {
        return "localhost:" + REGISTRY + "/" + name;
    }

    /** Makes a bare repository NAME.git in the folder out of a clone. */
    void repository(Path clone, String name) {
        Path repository = folder.resolve(name + ".git");
        Cluster.run(folder, "git", "clone", "-q", "--bare", clone.toString(), repository.toString())
                .orFail();
        Cluster.run(repository, "git", "update-ref", "refs/heads/main", "HEAD").orFail();
        Cluster.run(repository, "git", "symbolic-ref", "HEAD", "refs/heads/main")
                .orFail();
    }

    /** Runs a program until the end. */
    void start(String... command) throws IOException {
        started.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(started.size() + ".log").toFile())
                .start());
    }

    void waitFor(int port) {
        waitUntil(port + " listens", Duration.ofSeconds(30), () -> {
            try (Socket socket = new Socket(machine, port)) {
                return socket.isConnected();
            }
        });
    }

    /** Brings {@link #REGISTRY} to the node; Traefik's image is there anyway. */
    void relay() {
        String relay = resource("pods/relay.yaml")
                .replace("ADDRESS", machine + ":" + REGISTRY)
                .replace("IMAGE", traefik())
                .replace("PORT", "" + REGISTRY);
        Cluster.apply(relay).orFail();
        kubectl("-n", "relay", "wait", "pod/relay", "--for=condition=Ready", "--timeout=300s")
                .orFail();
    }

    static String traefik() {
        return Cluster.field("traefik", "deployment/traefik", ".spec.template.spec.containers[0].image");
    }

    /** Lets the cluster follow its own repository again, and stops what was started. */
    @Override
    public void close() {
        try {
            String up = "make up REPO=git://git.git.svc.cluster.local/hello.git IMAGE=localhost:5050/hello";
            Cluster.run(Cluster.ROOT, up.split(" ")).orFail();
            Cluster.waitUntilAllIsWell();
        } finally {
            kubectl("delete", "namespace", "relay", "--timeout=300s");
            started.forEach(Process::destroy);
        }
    }
}
