package hello.e2e;

import static hello.e2e.Cluster.kubectl;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is in the cluster by name, to compare before and after. */
final class Inventory {
    /** What Kubernetes makes by itself, most of it under names that are never the same. */
    private static final Pattern GENERATED = Pattern.compile("(?:pods|replicasets|controllerrevisions|endpoints"
            + "|endpointslices|events|leases|ipaddresses|persistentvolumes|nodes|componentstatuses"
            + "|certificatesigningrequests|volumeattachments|csinodes|csistoragecapacities)(?:\\..*)?");

    private Inventory() {}

    /** Kind, namespace and name of each object of the cluster, but for what has generated names. */
    static Set<String> objects() {
        String kinds = kubectl("api-resources", "--verbs=list", "-o", "name")
                .orFail()
                .output()
                .lines()
                .filter(kind -> !GENERATED.matcher(kind).matches() && !kind.endsWith(".metrics.k8s.io"))
                .collect(Collectors.joining(","));
        String columns = "custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name";
        return kubectl("get", kinds, "--all-namespaces", "--no-headers", "--ignore-not-found", "-o", columns)
                .orFail()
                .output()
                .lines()
                .map(line -> line.replaceAll(" +", " ").strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of the first set that are not in the other. */
    static Set<String> less(Set<String> all, Set<String> those) {
        Set<String> rest = new TreeSet<>(all);
        rest.removeAll(those);
        return rest;
    }
}
