import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Files and programs, in a few words. */
final class Disk {

    private Disk() {}

    record Output(int code, String text) {}

    static Output execute(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        StringBuilder text = new StringBuilder();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(l -> text.append(l).append('\n'));
        }
        return new Output(process.waitFor(), text.toString());
    }

    /** Copies a file into a folder, with the time that files have in the image. */
    static void copy(Path file, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path there = folder.resolve(file.getFileName());
        Files.copy(file, there, StandardCopyOption.REPLACE_EXISTING);
        Files.setLastModifiedTime(there, Layout.TIME);
    }

    /** Files below a folder, in an order that is the same everywhere. */
    static List<Path> list(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> !Files.isDirectory(f))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A file's name, size and, when it is small, content. */
    static String stamp(Path file) {
        try {
            return Files.exists(file)
                    ? file + " " + Files.size(file) + (Files.size(file) < 100_000 ? Files.readString(file) : "")
                    : "";
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static String hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
