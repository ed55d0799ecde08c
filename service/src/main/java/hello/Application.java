package hello;

import io.micronaut.runtime.Micronaut;

/** Where the service begins. */
public final class Application {

    private Application() {}

    /**
     * Starts the service; it ends on SIGTERM, after the requests in flight.
     *
     * @param args settings as {@code -key=value}, seldom needed: the environment has them
     */
    public static void main(String[] args) {
        Micronaut.build(args).banner(false).mainClass(Application.class).start();
    }
}
