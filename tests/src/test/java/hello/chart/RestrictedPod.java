package hello.chart;

import hello.support.Yaml;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of Kubernetes' Pod Security level "restricted", as far as they can be read off a pod's spec. */
final class RestrictedPod {

    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");

    private RestrictedPod() {}

    /**
     * Checks a pod.
     *
     * @param spec the {@code spec} of a Pod or of a pod template
     * @return one sentence for each broken rule
     */
    static List<String> mistakes(Map<String, Object> spec) {
        List<String> mistakes = new ArrayList<>();
        Map<String, Object> pod = security(spec);
        for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (Boolean.TRUE.equals(spec.get(host))) {
                mistakes.add(host);
            }
        }
        for (Map<String, Object> volume : maps(spec, "volumes")) {
            volume.keySet().stream()
                    .filter(key -> !key.equals("name") && !VOLUMES.contains(key))
                    .forEach(type -> mistakes.add("volume of type " + type));
        }
        if (pod.containsKey("sysctls")) {
            mistakes.add("sysctls");
        }
        for (String kind : List.of("containers", "initContainers", "ephemeralContainers")) {
            maps(spec, kind).forEach(container -> container(container, pod, mistakes));
        }
        return mistakes;
    }

    private static void container(Map<String, Object> container, Map<String, Object> pod, List<String> mistakes) {
        Map<String, Object> own = security(container);
        String name = container.get("name") + ": ";
        // What a container does not say, its pod says.
        Map<String, Object> all = new HashMap<>(pod);
        all.putAll(own);
        if (!Boolean.TRUE.equals(all.get("runAsNonRoot"))) {
            mistakes.add(name + "runAsNonRoot is not true");
        }
        if (Integer.valueOf(0).equals(all.get("runAsUser"))) {
            mistakes.add(name + "runAsUser is 0");
        }
        Object seccomp = all.get("seccompProfile");
        if (seccomp == null
                || !Set.of("RuntimeDefault", "Localhost")
                        .contains(Yaml.map(seccomp).get("type"))) {
            mistakes.add(name + "seccompProfile is not RuntimeDefault or Localhost");
        }
        if (!Boolean.FALSE.equals(own.get("allowPrivilegeEscalation"))) {
            mistakes.add(name + "allowPrivilegeEscalation is not false");
        }
        if (Boolean.TRUE.equals(own.get("privileged"))) {
            mistakes.add(name + "privileged");
        }
        if (all.containsKey("procMount") || all.containsKey("seLinuxOptions")) {
            mistakes.add(name + "procMount or seLinuxOptions");
        }
        Object capabilities = own.getOrDefault("capabilities", Map.of());
        if (!words(capabilities, "drop").contains("ALL")) {
            mistakes.add(name + "capabilities.drop lacks ALL");
        }
        if (!Set.of("NET_BIND_SERVICE").containsAll(words(capabilities, "add"))) {
            mistakes.add(name + "capabilities.add has more than NET_BIND_SERVICE");
        }
        if (maps(container, "ports").stream().anyMatch(port -> port.containsKey("hostPort"))) {
            mistakes.add(name + "hostPort");
        }
    }

    private static Map<String, Object> security(Map<String, Object> of) {
        return Yaml.map(of.getOrDefault("securityContext", Map.of()));
    }

    private static List<Map<String, Object>> maps(Map<String, Object> of, String key) {
        return Yaml.mapsAt(Map.of("list", of.getOrDefault(key, List.of())), "list");
    }

    private static List<Object> words(Object of, String key) {
        return Yaml.list(Yaml.map(of).getOrDefault(key, List.of()));
    }
}
