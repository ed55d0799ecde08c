import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs programs. */
final class Processes {

    private Processes() {}

    /**
     * How a program ended.
     *
     * @param exitCode 0 when it succeeded
     * @param output its standard output and error
     */
    record Result(int exitCode, String output) {

        String firstLine() {
            return output.strip().lines().findFirst().orElse("without output");
        }
    }

    /** Runs a program in a folder to its end. */
    static Result run(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), text);
        }
    }
}
