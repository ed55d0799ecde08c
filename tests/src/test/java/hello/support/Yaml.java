package hello.support;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;

/** YAML as plain Java values, read strictly: a key twice in one map is an error. */
public final class Yaml {

    private Yaml() {}

    /**
     * Reads a text of any number of documents, each of them a map. Empty documents are left out.
     *
     * @param text the YAML text
     * @return the documents in order
     * @throws YAMLException with line and column, when the text is no YAML or has a key twice
     * @throws ClassCastException when a document is not a map
     */
    public static List<Map<String, Object>> documents(String text) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        DumperOptions block = new DumperOptions();
        List<Map<String, Object>> documents = new ArrayList<>();
        new org.yaml.snakeyaml.Yaml(new SafeConstructor(strict), new Representer(block), block, strict)
                .loadAll(text)
                .forEach(document -> {
                    if (document != null) {
                        documents.add(map(document));
                    }
                });
        return documents;
    }

    /**
     * Reads a text of exactly one document.
     *
     * @param text the YAML text
     * @return the document
     */
    public static Map<String, Object> document(String text) {
        List<Map<String, Object>> all = documents(text);
        if (all.size() != 1) {
            throw new IllegalArgumentException("want one document, got " + all.size());
        }
        return all.get(0);
    }

    /**
     * Writes YAML.
     *
     * @param document plain Java values
     * @return its text
     */
    public static String text(Map<String, Object> document) {
        return new org.yaml.snakeyaml.Yaml().dump(document);
    }

    /**
     * Follows a path through maps and lists.
     *
     * @param from where to begin
     * @param path names of keys, and positions in lists
     * @return the value there
     * @throws NoSuchElementException when there is none
     */
    public static Object at(Object from, Object... path) {
        Object value = from;
        for (Object step : path) {
            Object next = step instanceof Integer position
                    ? list(value).get(position)
                    : map(value).get((String) step);
            if (next == null) {
                throw new NoSuchElementException("nothing at " + Arrays.toString(path) + ", step " + step);
            }
            value = next;
        }
        return value;
    }

    /**
     * Follows a path like {@link #at}, to a map.
     *
     * @param from where to begin
     * @param path names of keys, and positions in lists
     * @return the map there
     */
    public static Map<String, Object> mapAt(Object from, Object... path) {
        return map(at(from, path));
    }

    /**
     * Follows a path like {@link #at}, to a list of maps.
     *
     * @param from where to begin
     * @param path names of keys, and positions in lists
     * @return the maps there
     */
    public static List<Map<String, Object>> mapsAt(Object from, Object... path) {
        return list(at(from, path)).stream().map(Yaml::map).toList();
    }

    /**
     * Takes a document apart.
     *
     * @param document maps within maps
     * @return every value that is not a map, by its path, such as {@code image.tag}; lists stay whole
     */
    public static Map<String, Object> leaves(Map<String, Object> document) {
        return leaves(document, Set.of());
    }

    /**
     * Takes a document apart like {@link #leaves(Map)}, but for some of its maps.
     *
     * @param document maps within maps
     * @param whole paths of the maps that stay whole
     * @return every value that is not a map, and those maps, by their paths
     */
    public static Map<String, Object> leaves(Map<String, Object> document, Set<String> whole) {
        Map<String, Object> leaves = new LinkedHashMap<>();
        document.forEach((key, value) -> collect(key, value, whole, leaves));
        return leaves;
    }

    private static void collect(String path, Object value, Set<String> whole, Map<String, Object> leaves) {
        if (value instanceof Map<?, ?> && !whole.contains(path)) {
            map(value).forEach((key, inner) -> collect(path + "." + key, inner, whole, leaves));
        } else {
            leaves.put(path, value);
        }
    }

    /**
     * Builds the document that has only one value.
     *
     * @param path a path as in {@link #leaves}
     * @param value the value there
     * @return maps within maps, down to the value
     */
    public static Map<String, Object> only(String path, Object value) {
        int dot = path.indexOf('.');
        return dot < 0 ? Map.of(path, value) : Map.of(path.substring(0, dot), only(path.substring(dot + 1), value));
    }

    /**
     * Takes a value for a map.
     *
     * @param value a map
     * @return the same map
     * @throws ClassCastException when it is something else
     */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> map(Object value) {
        return (Map<String, Object>) Map.class.cast(Objects.requireNonNull(value));
    }

    /**
     * Takes a value for a list.
     *
     * @param value a list
     * @return the same list
     * @throws ClassCastException when it is something else
     */
    @SuppressWarnings("unchecked")
    public static List<Object> list(Object value) {
        return (List<Object>) List.class.cast(value);
    }
}
