package hello.chart;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import io.kubernetes.client.custom.Quantity;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Validates objects with the official Java client's model of one Kubernetes version, as strictly as an API server that
 * refuses unknown fields: kinds, fields, required fields and types. It does not know which words an enumeration allows.
 */
final class KubernetesModel {

    /** The kinds in use here. The model's classes do not know their API group, so it stands here. */
    static final Map<String, Set<String>> KINDS = Map.of(
            "v1",
            Set.of("ConfigMap", "Namespace", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"),
            "apps/v1",
            Set.of("Deployment", "StatefulSet", "DaemonSet"),
            "batch/v1",
            Set.of("Job", "CronJob"),
            "autoscaling/v2",
            Set.of("HorizontalPodAutoscaler"),
            "policy/v1",
            Set.of("PodDisruptionBudget"),
            "networking.k8s.io/v1",
            Set.of("Ingress", "IngressClass", "NetworkPolicy"),
            "rbac.authorization.k8s.io/v1",
            Set.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
            "admissionregistration.k8s.io/v1",
            Set.of("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"));

    private static final Gson WITH_NULLS = new GsonBuilder().serializeNulls().create();
    private static final Gson MODEL = new GsonBuilder()
            .registerTypeAdapter(Quantity.class, new ParsedText<>(Quantity::fromString))
            .registerTypeAdapter(OffsetDateTime.class, new ParsedText<>(OffsetDateTime::parse))
            .create();

    private KubernetesModel() {}

    /**
     * Validates one object.
     *
     * @param object a manifest as plain Java values
     * @return one sentence for each mistake; of those that the model itself refuses, only the first. Empty when there
     *     is none
     */
    static List<String> mistakes(Map<String, Object> object) {
        String apiVersion = String.valueOf(object.get("apiVersion"));
        String kind = String.valueOf(object.get("kind"));
        if (!KINDS.getOrDefault(apiVersion, Set.of()).contains(kind)) {
            return List.of("unknown kind " + apiVersion + "/" + kind);
        }
        Class<?> model = model(apiVersion.replaceFirst(".*/v", "v"), kind);
        JsonElement written = WITH_NULLS.toJsonTree(object);
        List<String> mistakes = new ArrayList<>();
        try {
            validate(model, written);
            compare("$", written, MODEL.toJsonTree(MODEL.fromJson(written, model)), mistakes);
        } catch (RuntimeException refused) {
            // The object itself, which follows, is known to whoever asks.
            mistakes.add(String.valueOf(refused.getMessage()).replaceFirst("(?s)(\\. JSON)?: \\{.*", ""));
        }
        return mistakes;
    }

    /**
     * The model's own check: unknown and missing fields at any depth, and an object, list or text in another's place.
     */
    private static void validate(Class<?> model, JsonElement object) {
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, object);
        } catch (InvocationTargetException refused) {
            throw new IllegalArgumentException(refused.getCause().getMessage(), refused);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the model has changed: " + model, e);
        }
    }

    private static Class<?> model(String version, String kind) {
        try {
            return Class.forName("io.kubernetes.client.openapi.models." + version.replaceFirst("^v", "V") + kind);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Kubernetes has no " + version + " " + kind, e);
        }
    }

    /**
     * What the model lets pass: null, which it leaves out, and a number where text belongs or the reverse, which it
     * converts.
     */
    private static void compare(String path, JsonElement written, JsonElement understood, List<String> mistakes) {
        if (written.isJsonNull()) {
            mistakes.add(path + ": null; a misspelt value renders so");
        } else if (written.isJsonObject()) {
            written.getAsJsonObject().asMap().forEach((name, value) -> {
                JsonElement counterpart = understood.getAsJsonObject().get(name);
                compare(path + "." + name, value, counterpart, mistakes);
            });
        } else if (written.isJsonArray()) {
            JsonArray values = written.getAsJsonArray();
            for (int i = 0; i < values.size(); i++) {
                compare(
                        path + "[" + i + "]",
                        values.get(i),
                        understood.getAsJsonArray().get(i),
                        mistakes);
            }
        } else if (!type(written).equals(type(understood))) {
            mistakes.add(
                    "%s: want %s, got %s '%s'".formatted(path, type(understood), type(written), written.getAsString()));
        }
    }

    private static String type(JsonElement value) {
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        return primitive.isString() ? "text" : primitive.isNumber() ? "number" : "boolean";
    }

    /** Types that are written as text. Writing only says so, because what is compared is the kind of value. */
    private static final class ParsedText<T> extends TypeAdapter<T> {
        private final Function<String, T> parser;

        ParsedText(Function<String, T> parser) {
            this.parser = parser;
        }

        @Override
        public void write(JsonWriter to, T value) throws IOException {
            to.value(value == null ? null : "text");
        }

        @Override
        public T read(JsonReader from) throws IOException {
            String text = from.nextString();
            try {
                return parser.apply(text);
            } catch (RuntimeException e) {
                throw new JsonParseException(from.getPreviousPath() + ": '" + text + "': " + e.getMessage(), e);
            }
        }
    }
}
