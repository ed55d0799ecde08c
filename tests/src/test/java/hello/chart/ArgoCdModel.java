package hello.chart;

import hello.support.Repository;
import hello.support.Yaml;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Validates Argo CD's own kinds, as strictly as an API server that refuses unknown fields. What it knows of them is in
 * {@code argocd-fields.yaml}: of the schemas that the release brings, the part that is in use here.
 */
public final class ArgoCdModel {

    /** What is known, from the repository's top folder. */
    public static final String FIELDS = "tests/src/test/resources/argocd-fields.yaml";

    /** Its kinds, and what kubectl calls them. */
    public static final Map<String, String> KINDS = Map.of(
            "Application", "applications.argoproj.io",
            "ApplicationSet", "applicationsets.argoproj.io",
            "AppProject", "appprojects.argoproj.io");

    private static final String VERSION = "argoproj.io/v1alpha1";

    /** A field that the release has and nothing here uses. */
    private static final String LEFT_OUT = "left out";

    /** At the end of a field's name: it must be there. */
    private static final String REQUIRED = "!";

    /** In place of a field's name: any. */
    private static final String ANY_NAME = "*";

    private static final String ANYTHING = "anything";

    private static final Map<String, String> TYPES =
            Map.of("string", "text", "boolean", "boolean", "integer", "number");

    private final List<String> mistakes = new ArrayList<>();

    private ArgoCdModel() {}

    /** Whether an object is of one of Argo CD's kinds, rightly spelt or not. */
    static boolean isArgoCds(Map<String, Object> object) {
        return String.valueOf(object.get("apiVersion")).startsWith("argoproj.io/");
    }

    /**
     * Validates one object.
     *
     * @param object a manifest as plain Java values
     * @return one sentence for each mistake; empty when there is none
     */
    static List<String> mistakes(Map<String, Object> object) {
        Object fields = Yaml.document(Repository.read(FIELDS)).get(String.valueOf(object.get("kind")));
        if (fields == null || !VERSION.equals(object.get("apiVersion"))) {
            return List.of("unknown kind " + object.get("apiVersion") + "/" + object.get("kind"));
        }
        ArgoCdModel model = new ArgoCdModel();
        model.value("$", fields, object);
        if (object.get("metadata") instanceof Map<?, ?> metadata) {
            // Metadata is the same for all kinds, and Kubernetes' to know.
            model.mistakes.addAll(
                    KubernetesModel.mistakes(Map.of("apiVersion", "v1", "kind", "ConfigMap", "metadata", metadata)));
        }
        return model.mistakes;
    }

    private void value(String path, Object field, Object value) {
        if (LEFT_OUT.equals(field)) {
            mistakes.add(path + ": " + FIELDS + " leaves it out, and says how it gets there");
        } else if (field instanceof List<?> items) {
            list(path, items.getFirst(), value);
        } else if (field instanceof Map<?, ?> fields) {
            map(path, Yaml.map(fields), value);
        } else if (!ANYTHING.equals(field)) {
            scalar(path, (String) field, value);
        }
    }

    private void scalar(String path, String type, Object value) {
        boolean fits = switch (type) {
            case "text" -> value instanceof String;
            case "number" -> value instanceof Integer || value instanceof Long;
            case "boolean" -> value instanceof Boolean;
            case "text or number" -> value instanceof String || value instanceof Integer;
            default -> List.of(type.split("\\|")).contains(value);
        };
        if (!fits) {
            mistakes.add("%s: want %s, got '%s'".formatted(path, type, value));
        }
    }

    private void list(String path, Object item, Object value) {
        if (value instanceof List<?> values) {
            for (int i = 0; i < values.size(); i++) {
                value(path + "[" + i + "]", item, values.get(i));
            }
        } else {
            mistakes.add("%s: want a list, got '%s'".formatted(path, value));
        }
    }

    private void map(String path, Map<String, Object> fields, Object value) {
        if (!(value instanceof Map<?, ?> given)) {
            mistakes.add("%s: want fields, got '%s'".formatted(path, value));
            return;
        }
        Yaml.map(given).forEach((name, inner) -> {
            Object field = Stream.of(name, name + REQUIRED, ANY_NAME)
                    .filter(fields::containsKey)
                    .findFirst()
                    .map(fields::get)
                    .orElse(null);
            if (field == null) {
                mistakes.add(path + "." + name + ": no such field");
            } else {
                value(path + "." + name, field, inner);
            }
        });
        fields.keySet().stream()
                .filter(name -> name.endsWith(REQUIRED))
                .map(name -> name.substring(0, name.length() - 1))
                .filter(name -> !given.containsKey(name))
                .forEach(name -> mistakes.add(path + "." + name + ": missing"));
    }

    /**
     * Makes what {@link #FIELDS} has to be: all fields of whatever the root uses.
     *
     * @param schemas the {@code openAPIV3Schema} of each kind
     * @return the text, below the comment with which the file begins
     */
    public static String fields(Map<String, Map<String, Object>> schemas) {
        List<Map<String, Object>> objects = Platform.WITH_PREVIEWS.render();
        Map<String, Object> fields = new TreeMap<>();
        schemas.forEach((kind, schema) -> fields.put(
                kind,
                field(
                        schema,
                        objects.stream()
                                .filter(object -> kind.equals(object.get("kind")))
                                .toList())));
        String comment = Repository.read(FIELDS)
                .lines()
                .takeWhile(line -> line.startsWith("#"))
                .collect(Collectors.joining("\n", "", "\n"));
        return comment + Yaml.text(fields);
    }

    /**
     * Renders the root with all that it can bring.
     *
     * @return its objects, as YAML
     */
    public static String everything() {
        return Platform.WITH_PREVIEWS.text(Chart.OLDEST_KUBERNETES);
    }

    /** What is to be known of one field, by the values that it has here. */
    private static Object field(Map<String, Object> schema, Collection<?> values) {
        if (schema.containsKey("enum")) {
            return String.join(
                    "|",
                    Yaml.list(schema.get("enum")).stream().map(String::valueOf).toList());
        }
        if (Boolean.TRUE.equals(schema.get("x-kubernetes-int-or-string"))) {
            return "text or number";
        }
        if ("array".equals(schema.get("type"))) {
            Object item = field(
                    Yaml.mapAt(schema, "items"),
                    values.stream().flatMap(list -> Yaml.list(list).stream()).toList());
            return LEFT_OUT.equals(item) ? LEFT_OUT : List.of(item);
        }
        if (schema.containsKey("properties")) {
            return values.isEmpty() ? LEFT_OUT : object(schema, values);
        }
        if (schema.containsKey("additionalProperties")) {
            Object each = field(Yaml.mapAt(schema, "additionalProperties"), List.of());
            return LEFT_OUT.equals(each) ? LEFT_OUT : Map.of(ANY_NAME, each);
        }
        return TYPES.getOrDefault(String.valueOf(schema.get("type")), ANYTHING);
    }

    private static Map<String, Object> object(Map<String, Object> schema, Collection<?> values) {
        List<Object> required = Yaml.list(schema.getOrDefault("required", List.of()));
        Map<String, Object> fields = new TreeMap<>();
        Yaml.mapAt(schema, "properties")
                .forEach((name, inner) -> fields.put(
                        required.contains(name) ? name + REQUIRED : name,
                        field(
                                Yaml.map(inner),
                                values.stream()
                                        .map(Yaml::map)
                                        .filter(value -> value.containsKey(name))
                                        .map(value -> value.get(name))
                                        .toList())));
        return fields;
    }
}
