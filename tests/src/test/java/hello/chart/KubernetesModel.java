package hello.chart;

import com.google.gson.annotations.SerializedName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds objects against the official model of one Kubernetes version, as strictly as an API server that refuses
 * unknown fields: kinds, fields, required fields and types. It does not know which words an enumeration allows.
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

    private static final Map<Class<?>, Map<String, Type>> FIELDS = new ConcurrentHashMap<>();

    private KubernetesModel() {}

    /**
     * Checks one object.
     *
     * @param object a manifest as plain Java values
     * @return one sentence for each mistake, with its path; empty when there is none
     */
    static List<String> mistakes(Map<String, Object> object) {
        String apiVersion = String.valueOf(object.get("apiVersion"));
        String kind = String.valueOf(object.get("kind"));
        if (!KINDS.getOrDefault(apiVersion, Set.of()).contains(kind)) {
            return List.of("unknown kind " + apiVersion + "/" + kind);
        }
        List<String> mistakes = new ArrayList<>();
        walk("$", object, model(apiVersion.replaceFirst(".*/v", "v"), kind), mistakes);
        return mistakes;
    }

    private static Class<?> model(String version, String kind) {
        try {
            return Class.forName("io.kubernetes.client.openapi.models." + version.replaceFirst("^v", "V") + kind);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Kubernetes has no " + version + " " + kind, e);
        }
    }

    private static void walk(String path, Object value, Type type, List<String> mistakes) {
        if (value == null) {
            mistakes.add(path + ": null; a misspelt value renders so");
        } else if (type instanceof ParameterizedType generic) {
            Type element = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == Map.class) {
                if (want(path, value, Map.class, mistakes)) {
                    Yaml.map(value).forEach((key, each) -> walk(path + "." + key, each, element, mistakes));
                }
            } else if (want(path, value, List.class, mistakes)) {
                List<Object> values = Yaml.list(value);
                for (int i = 0; i < values.size(); i++) {
                    walk(path + "[" + i + "]", values.get(i), element, mistakes);
                }
            }
        } else {
            walkClass(path, value, (Class<?>) type, mistakes);
        }
    }

    private static void walkClass(String path, Object value, Class<?> type, List<String> mistakes) {
        if (type == Object.class) {
            return;
        }
        if (type == Quantity.class) {
            quantity(path, value, mistakes);
        } else if (type == IntOrString.class) {
            if (!(value instanceof Integer)) {
                want(path, value, String.class, mistakes);
            }
        } else if (type == Long.class || type == Integer.class) {
            if (!(value instanceof Long)) {
                want(path, value, Integer.class, mistakes);
            }
        } else if (type == OffsetDateTime.class || type == byte[].class) {
            want(path, value, String.class, mistakes);
        } else if (type.getPackageName().startsWith("java.")) {
            want(path, value, type, mistakes);
        } else if (want(path, value, Map.class, mistakes)) {
            walkFields(path, Yaml.map(value), type, mistakes);
        }
    }

    private static void walkFields(String path, Map<String, Object> object, Class<?> type, List<String> mistakes) {
        Map<String, Type> fields = FIELDS.computeIfAbsent(type, KubernetesModel::fields);
        Set<String> missing = new HashSet<>(required(type));
        missing.removeAll(object.keySet());
        missing.forEach(name -> mistakes.add(path + ": missing required '" + name + "'"));
        object.forEach((name, value) -> {
            if (fields.containsKey(name)) {
                walk(path + "." + name, value, fields.get(name), mistakes);
            } else {
                mistakes.add(path + ": unknown field '" + name + "' in " + type.getSimpleName());
            }
        });
    }

    private static boolean want(String path, Object value, Class<?> type, List<String> mistakes) {
        if (type.isInstance(value)) {
            return true;
        }
        mistakes.add("%s: want %s, got %s '%s'"
                .formatted(path, type.getSimpleName(), value.getClass().getSimpleName(), value));
        return false;
    }

    private static void quantity(String path, Object value, List<String> mistakes) {
        try {
            Quantity.fromString(String.valueOf(value));
        } catch (RuntimeException e) {
            mistakes.add(path + ": no quantity: '" + value + "'");
        }
    }

    private static Map<String, Type> fields(Class<?> type) {
        Map<String, Type> fields = new HashMap<>();
        for (Field field : type.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (name != null) {
                fields.put(name.value(), field.getGenericType());
            }
        }
        if (fields.isEmpty()) {
            throw new IllegalStateException("the model has changed: no fields in " + type);
        }
        return fields;
    }

    @SuppressWarnings("unchecked")
    private static Collection<String> required(Class<?> type) {
        try {
            return (Collection<String>) type.getField("openapiRequiredFields").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the model has changed: " + type, e);
        }
    }
}
