package hello.image;

import hello.support.Command;
import hello.support.CommandResult;
import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A checkout of its own, in which Maven can build without touching this one.
 *
 * @param folder its top folder
 * @param umask which rights its files do not get; no image must show it
 * @param environment what its builds find there; no image must show it
 * @param user the beginning of a command that runs the rest as another user, or nothing; no image must show it
 */
record Checkout(Path folder, String umask, Map<String, String> environment, List<String> user) {

    /**
     * Clones this repository, of which only commits are in the clone.
     *
     * @param folder where to; it is made
     * @param umask which rights its files do not get
     * @param environment what its builds find there
     * @param user the beginning of a command that runs the rest as another user, or nothing
     * @return the clone
     */
    static Checkout clone(Path folder, String umask, Map<String, String> environment, List<String> user)
            throws IOException {
        Checkout checkout = new Checkout(Files.createDirectories(folder), umask, environment, user);
        checkout.run("git", "clone", "-q", Repository.ROOT.toString(), ".").orFail();
        return checkout;
    }

    /**
     * Copies what a build of the service needs, with changes that are in no commit, and commits it there.
     *
     * @param folder where to; it is made
     * @return the copy
     */
    static Checkout copy(Path folder) throws IOException {
        for (String part : List.of("pom.xml", "tests/pom.xml", "service")) {
            try (Stream<Path> files = Files.walk(Repository.path(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path path = Repository.ROOT.relativize(file);
                    if (!path.startsWith("service/target")) {
                        Path copy = folder.resolve(path);
                        Files.createDirectories(copy.getParent());
                        Files.copy(file, copy);
                    }
                }
            }
        }
        Checkout checkout = new Checkout(folder, "022", Map.of("LC_ALL", "C.UTF-8"), List.of());
        checkout.run("git", "init", "-q").orFail();
        checkout.commit("a copy");
        return checkout;
    }

    /** Commits all that was changed. */
    void commit(String message) {
        run("git", "add", "-A").orFail();
        run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qm", message)
                .orFail();
    }

    /** Replaces a text in a file. */
    void replace(String file, String old, String replacement) throws IOException {
        Path path = folder.resolve(file);
        String content = Files.readString(path);
        if (!content.contains(old)) {
            throw new IllegalArgumentException(file + " has no " + old);
        }
        Files.writeString(path, content.replace(old, replacement));
    }

    /** Runs a command in the top folder. */
    CommandResult run(String... command) {
        return command(command).run();
    }

    /** A command in the top folder: with this checkout's surroundings, and no JDK chosen by this process's. */
    Command command(String... words) {
        String[] asUser = Stream.concat(user.stream(), Stream.of(words)).toArray(String[]::new);
        return Command.bash("umask " + umask + "; exec \"$@\"", asUser)
                .in(folder)
                .without("JAVA_HOME"::equals)
                .with(environment)
                .mergingErrors();
    }

    /** Maven in the top folder, with the JDK that runs this test. */
    Command maven(String... goalsAndOptions) {
        Stream<String> words = Stream.concat(
                Stream.of("mvn", "-B", "-ntp", "-pl", "service", "-Dmaven.test.skip=true"), Stream.of(goalsAndOptions));
        return command(words.toArray(String[]::new)).with("JAVA_HOME", System.getProperty("java.home"));
    }

    /** Reads a file. */
    String read(String file) {
        return Repository.read(folder.resolve(file));
    }
}
