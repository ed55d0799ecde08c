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

    private Disk() { }

    record Output(int code, String text) {
    }

    static Output execute(Path folder, List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        StringBuilder text = new StringBuilder();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(l -> text.append(l).append('\n'));
        }
        return new Output(process.waitFor(), text.toString());
    }

    static void replace(Path folder, String name, Path with) throws IOException {
        Files.createDirectories(folder);
        Files.copy(with, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Files below a folder, in an order that is the same everywhere. */
    static List<Path> list(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> !Files.isDirectory(f)).sorted(Comparator.comparing(Path::toString)).toList();
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
            return Files.exists(file) ? file + " " + Files.size(file) + (Files.size(file) < 100_000 ? Files.readString(file) : "") : "";
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
