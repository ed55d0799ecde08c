package hello.e2e;

import static hello.e2e.Cluster.kubectl;

import hello.e2e.Kubelet.Need;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What Argo CD needed during a window.
 *
 * @param parts each of its programs, by name
 * @param requests to the API server, by Argo CD, a second
 * @param allRequests to the API server, by anybody, a second
 * @param reconciles comparisons of an Application with git, a minute
 * @param reconcileSeconds that one of them took on average
 * @param gitRequests of the repo-server to git, a minute
 */
record ArgoCdCost(
        Map<String, Need> parts,
        double requests,
        double allRequests,
        double reconciles,
        double reconcileSeconds,
        double gitRequests) {

    /** Where Argo CD's programs tell their metrics, as Services of its namespace. */
    private static final Map<String, String> METRICS = Map.of(
            "controller", "argocd-metrics:8082",
            "sets", "argocd-applicationset-controller:8080",
            "server", "argocd-server-metrics:8083",
            "repo", "argocd-repo-server:8084");

    /** The random end of a pod's name, or its number in a StatefulSet. */
    private static final String POD_SUFFIX = "-([0-9]+|[0-9a-f]+-[a-z0-9]{5})$";

    /** What was counted until a moment, in its own units. */
    private record Counts(double requests, double allRequests, double reconciles, double seconds, double git) {
        static Counts now() {
            String controller = metrics("controller");
            double requests = sum(controller, "argocd_kubectl_requests_total")
                    + sum(metrics("sets"), "argocd_kubectl_requests_total")
                    + sum(metrics("server"), "argocd_kubectl_requests_total");
            return new Counts(
                    requests,
                    sum(raw("/metrics"), "apiserver_request_total"),
                    sum(controller, "argocd_app_reconcile_count"),
                    sum(controller, "argocd_app_reconcile_sum"),
                    sum(metrics("repo"), "argocd_git_request_total"));
        }
    }

    /** Measures for a window in which nobody changes anything. */
    static ArgoCdCost during(Duration window) throws InterruptedException {
        Map<String, Kubelet.Sample> firstSamples = Kubelet.samples();
        Counts first = Counts.now();
        long begin = System.nanoTime();
        Thread.sleep(window);
        Counts last = Counts.now();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double reconciles = last.reconciles - first.reconciles;
        return new ArgoCdCost(
                parts(firstSamples, Kubelet.samples()),
                (last.requests - first.requests) / seconds,
                (last.allRequests - first.allRequests) / seconds,
                reconciles * 60 / seconds,
                reconciles == 0 ? 0 : (last.seconds - first.seconds) / reconciles,
                (last.git - first.git) * 60 / seconds);
    }

    private static Map<String, Need> parts(Map<String, Kubelet.Sample> first, Map<String, Kubelet.Sample> last) {
        return last.entrySet().stream()
                .filter(each -> each.getKey().startsWith("argocd/") && first.containsKey(each.getKey()))
                .collect(Collectors.toMap(
                        each -> each.getKey()
                                .replaceFirst("^argocd/(argocd-)?", "")
                                .replaceFirst(POD_SUFFIX, ""),
                        each -> Need.between(first.get(each.getKey()), each.getValue()),
                        Need::plus,
                        TreeMap::new));
    }

    /** All of Argo CD. */
    Need whole() {
        return parts.values().stream().reduce(Need.NOTHING, Need::plus);
    }

    private static String metrics(String part) {
        return raw("/api/v1/namespaces/argocd/services/" + METRICS.get(part) + "/proxy/metrics");
    }

    private static String raw(String path) {
        return kubectl("get", "--raw", path).orFail().output();
    }

    /**
     * Adds up a metric over all its labels.
     *
     * @param metrics in Prometheus's text form
     * @param name of the metric
     * @return the sum, 0 where it was never counted
     */
    static double sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
