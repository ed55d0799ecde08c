import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The jar with the application's own classes.
 *
 * @param file as Maven made it
 */
record ApplicationJar(Path file) {

    /**
     * Packs it anew: without times and file modes, which depend on the machine's settings, and without compression, as
     * the layer is compressed anyway, and better in one piece.
     *
     * @param packed the file that is written
     */
    void pack(Path packed) throws IOException {
        Files.createDirectories(packed.getParent());
        try (ZipFile from = new ZipFile(file.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(packed))) {
            List<? extends ZipEntry> entries = from.stream()
                    .filter(e -> !e.getName().startsWith("META-INF/maven/"))
                    .sorted(Comparator.comparing((ZipEntry e) -> !e.getName().equals("META-INF/MANIFEST.MF"))
                            .thenComparing(ZipEntry::getName))
                    .toList();
            for (ZipEntry entry : entries) {
                byte[] content = from.getInputStream(entry).readAllBytes();
                to.putNextEntry(stored(entry.getName(), content));
                to.write(content);
            }
        }
    }

    private static ZipEntry stored(String name, byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        return entry;
    }

    /** The JDK's modules of which its classes name a class: of a new one the linked runtime may have nothing. */
    Set<String> modulesOfTheJdk() throws IOException {
        Map<String, String> modules = new TreeMap<>();
        ModuleFinder.ofSystem()
                .findAll()
                .forEach(module -> module.descriptor()
                        .packages()
                        .forEach(inside ->
                                modules.put(inside, module.descriptor().name())));
        Set<String> used = new TreeSet<>();
        try (ZipFile jar = new ZipFile(file.toFile())) {
            for (ZipEntry entry : jar.stream().toList()) {
                if (entry.getName().endsWith(".class")) {
                    classesIn(jar.getInputStream(entry).readAllBytes()).stream()
                            .map(name -> modules.get(name.replaceFirst("\\.[^.]*$", "")))
                            .filter(Objects::nonNull)
                            .forEach(used::add);
                }
            }
        }
        return used;
    }

    private static Set<String> classesIn(byte[] classFile) {
        Set<String> names = new TreeSet<>();
        for (PoolEntry entry : ClassFile.of().parse(classFile).constantPool()) {
            if (entry instanceof ClassEntry named && !named.asInternalName().startsWith("[")) {
                names.add(named.asInternalName().replace('/', '.'));
            }
        }
        return names;
    }
}
