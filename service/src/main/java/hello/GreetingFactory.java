package hello;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Puts the greeting together, once: nothing in it changes while the service runs. */
@Factory
final class GreetingFactory {

    /**
     * The greeting of this process.
     *
     * @return the greeting
     * @throws IOException when the build left out git.properties
     */
    @Singleton
    Greeting greeting() throws IOException {
        Path own = Path.of("/proc/self/environ");
        return greeting(Files.isReadable(own) ? utf8(Files.readAllBytes(own)) : System.getenv());
    }

    /**
     * The environment as Linux keeps it, taken for UTF-8. {@link System#getenv()} decodes it by the locale, and a small
     * image has none: letters beyond ASCII would be lost.
     *
     * @param environ {@code NAME=value} pairs, each ended by a zero byte (proc_pid_environ(5))
     * @return the variables by name
     */
    static Map<String, String> utf8(byte[] environ) {
        Map<String, String> environment = new HashMap<>();
        for (String pair : new String(environ, StandardCharsets.UTF_8).split("\0")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                environment.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return environment;
    }

    /**
     * The greeting in an environment. The variables are read as they are: as Micronaut's settings, a "${" in a message
     * would be taken for the name of another setting.
     *
     * @param environment GREETING_MESSAGE, GREETING_NAME and POD_NAME, all optional
     * @return the greeting
     * @throws IOException as above
     */
    static Greeting greeting(Map<String, String> environment) throws IOException {
        Properties build = new Properties();
        try (var file = Application.class.getResourceAsStream("/git.properties")) {
            build.load(file);
        }
        return new Greeting(
                environment.getOrDefault("GREETING_MESSAGE", "Hello"),
                environment.getOrDefault("GREETING_NAME", "world"),
                build.getProperty("git.build.version"),
                build.getProperty("git.commit.id"),
                pod(environment));
    }

    private static String pod(Map<String, String> environment) {
        for (String variable : new String[] {"POD_NAME", "HOSTNAME"}) {
            if (!environment.getOrDefault(variable, "").isBlank()) {
                return environment.get(variable);
            }
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown"; // a name that does not resolve is no reason not to greet
        }
    }
}
