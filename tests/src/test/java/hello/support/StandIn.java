package hello.support;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A script that stands in for a program, and writes down how it was called.
 *
 * @param file the script, named as the program
 */
public record StandIn(Path file) {

    /**
     * Puts a program into a folder, in place of an earlier one of that name.
     *
     * @param folder the folder, made when it is not there
     * @param program the program's name
     * @param script what it does, in Bash, with the arguments that it is given
     * @return the program
     */
    public static StandIn of(Path folder, String program, String script) {
        StandIn standIn = new StandIn(folder.resolve(program));
        String record = "printf '%s\\n' \"$*\" >>'" + standIn.record() + "'\n";
        return standIn.write("#!/usr/bin/env bash\n" + record + script + "\n");
    }

    /**
     * Lets a program of this machine be found in a folder: for a PATH of that folder alone, on which nothing else is.
     *
     * @param folder the folder, made when it is not there
     * @param programs their names; who lacks one here lacks it there
     */
    public static void real(Path folder, String... programs) {
        for (String program : programs) {
            for (String place : System.getenv("PATH").split(File.pathSeparator)) {
                Path file = Path.of(place, program);
                if (Files.isExecutable(file)) {
                    new StandIn(folder.resolve(program)).write("#!/bin/sh\nexec '" + file + "' \"$@\"\n");
                    break;
                }
            }
        }
    }

    /**
     * Names the PATH on which the programs of a folder come first.
     *
     * @param folder the folder
     * @return the folder, and after it what is on this process's PATH
     */
    public static String path(Path folder) {
        return folder + File.pathSeparator + System.getenv("PATH");
    }

    /**
     * Tells how the program was called.
     *
     * @return the arguments of each call in a line of its own, oldest first; empty when nobody called it
     */
    public String calls() {
        return Files.exists(record()) ? Repository.read(record()) : "";
    }

    private Path record() {
        return file.resolveSibling(file.getFileName() + ".calls");
    }

    private StandIn write(String script) {
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file); // it may be a link to the real one
            Files.writeString(file, script);
            if (!file.toFile().setExecutable(true)) {
                throw new IOException("cannot make it executable: " + file);
            }
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
