package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;

import java.util.List;
import java.util.stream.Stream;

/** Whether all of the cluster is as it should be, not only as Argo CD last saw it. */
final class Wellness {
    private static List<String> before = List.of();

    private Wellness() {}

    /** All workloads have their pods, staging its objects, Argo CD is content, and a pod of production may go. */
    static boolean everything() {
        return allReady()
                && Cluster.allHealthy()
                && kubectl(Stream.concat(Stream.of("-n", "hello-staging", "get", "-o", "name"), Faults.OBJECTS.stream())
                                        .toArray(String[]::new))
                                .exitCode()
                        == 0
                && !List.of("", "0").contains(field("hello-production", "pdb/hello", ".status.disruptionsAllowed"));
    }

    /** Each Deployment and StatefulSet has as many pods as it wants, all of the newest kind and ready. */
    private static boolean allReady() {
        String counts = "jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.replicas}"
                + " {.status.replicas} {.status.updatedReplicas} {.status.readyReplicas}{\"\\n\"}{end}";
        List<String> unready = kubectl("get", "deployments,statefulsets", "-A", "-o", counts)
                .orFail()
                .output()
                .lines()
                .filter(line -> !line.matches("\\S+ (\\d+) \\1 \\1 \\1|\\S+ 0 [0 ]*"))
                .toList();
        if (!unready.isEmpty() && !unready.equals(before)) {
            System.out.println("    not yet ready (wanted, there, new, ready): " + String.join(", ", unready));
        }
        before = unready;
        return unready.isEmpty();
    }
}
