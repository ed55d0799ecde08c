package hello.e2e;

import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.pods;

import hello.e2e.Fault.Loss;
import hello.e2e.Fault.Part;
import hello.e2e.Fault.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** All kinds of faults that docs/promises.md has rows of, for the soak. */
final class Faults {
    private static final String VALUES = "gitops/environments/staging/values.yaml";
    private static final String CRASH = "env: {MICRONAUT_SERVER_PORT: nowhere}\n";

    /** The objects of staging that git decides. */
    static final List<String> OBJECTS = List.of(
            "deployment/hello",
            "service/hello",
            "ingress/hello",
            "hpa/hello",
            "pdb/hello",
            "networkpolicy/hello",
            "serviceaccount/hello");

    private final Pusher pusher;

    private Faults(Pusher pusher) {
        this.pusher = pusher;
    }

    /**
     * Gives one of each kind.
     *
     * @param pusher who pushes what is bad, and takes it back
     */
    static List<Fault> all(Pusher pusher) {
        return new Faults(pusher).all();
    }

    private List<Fault> all() {
        return Stream.of(production(), staging(), argoCd(), others())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Fault> production() {
        return List.of(
                new Fault(
                        "a pod of production is deleted without grace",
                        Part.PRODUCTION,
                        Loss.OPEN_ON_A_POD,
                        random -> gone("hello-production", one(pods("production"), random)),
                        Step.NONE),
                new Fault(
                        "a process of production is killed",
                        Part.PRODUCTION,
                        Loss.OPEN_ON_A_POD,
                        Faults::killProcess,
                        Step.NONE),
                new Fault(
                        "the node is drained",
                        Part.PRODUCTION,
                        Loss.NOTHING,
                        random -> PodFailureIT.drain(Cluster.node()),
                        random -> kubectl("uncordon", Cluster.node()).orFail()));
    }

    private List<Fault> staging() {
        return List.of(
                new Fault(
                        "objects of staging are deleted", Part.STAGING, Loss.NOTHING, Faults::deleteObjects, Step.NONE),
                new Fault("fields of staging are changed", Part.STAGING, Loss.NOTHING, Faults::changeFields, Step.NONE),
                new Fault(
                        "staging gets an image that cannot be pulled",
                        Part.STAGING,
                        Loss.NOTHING,
                        random -> pusher.bumpStaging("sha256:" + digits(random)),
                        random -> pusher.rollBackStaging()),
                new Fault(
                        "staging gets a release that crashes",
                        Part.STAGING,
                        Loss.NOTHING,
                        random -> pusher.change(VALUES, "\\z", CRASH, "It crashes"),
                        random -> pusher.change(VALUES, "(?m)^env: .*\\n", "", "It does not crash any more")));
    }

    private static List<Fault> argoCd() {
        return List.of(
                away(
                        "Argo CD's application controller",
                        Part.ARGO_CD,
                        "argocd",
                        "statefulset/argocd-application-controller"),
                away("Argo CD's repo-server", Part.ARGO_CD, "argocd", "deployment/argocd-repo-server"),
                away(
                        "Argo CD's ApplicationSet controller",
                        Part.ARGO_CD,
                        "argocd",
                        "deployment/argocd-applicationset-controller"),
                away("Argo CD's server", Part.ARGO_CD, "argocd", "deployment/argocd-server"),
                killed("Argo CD's Redis", Part.ARGO_CD, Loss.NOTHING, "argocd", "argocd-redis"));
    }

    private static List<Fault> others() {
        return List.of(
                away("the git server", Part.GIT, "git", "deployment/git"),
                killed("the git server", Part.GIT, Loss.NOTHING, "git", "git"),
                away("the registry", Part.REGISTRY, "registry", "deployment/registry"),
                killed("the registry", Part.REGISTRY, Loss.NOTHING, "registry", "registry"),
                away("metrics-server", Part.METRICS, "kube-system", "deployment/metrics-server"),
                killed("the ingress controller", Part.INGRESS, Loss.WHILE_AWAY, "traefik", "traefik"),
                new Fault(
                        "the ingress controller is away",
                        Part.INGRESS,
                        Loss.WHILE_AWAY,
                        random -> {
                            ClusterRestartIT.selfHeal(false);
                            scale("traefik", "deployment/traefik", 0);
                        },
                        random -> {
                            scale("traefik", "deployment/traefik", 1);
                            ClusterRestartIT.selfHeal(true);
                        }));
    }

    private static Fault away(String name, Part part, String namespace, String workload) {
        return new Fault(
                name + " is away",
                part,
                Loss.NOTHING,
                random -> scale(namespace, workload, 0),
                random -> scale(namespace, workload, 1));
    }

    private static Fault killed(String name, Part part, Loss loss, String namespace, String label) {
        return new Fault(
                name + " is killed",
                part,
                loss,
                random -> gone(namespace, one(pods(namespace, label), random)),
                Step.NONE);
    }

    private static void scale(String namespace, String workload, int replicas) {
        kubectl("-n", namespace, "scale", workload, "--replicas=" + replicas).orFail();
    }

    private static void gone(String namespace, String pod) {
        kubectl("-n", namespace, "delete", "pod", pod, "--grace-period=0", "--force")
                .orFail();
    }

    private static void killProcess(Random random) {
        String pod = one(pods("production"), random);
        try (Killer killer = new Killer()) {
            if (!killer.kill(pod).contains("killed")) {
                throw new IllegalStateException("no process of " + pod);
            }
        }
    }

    private static void deleteObjects(Random random) {
        List<String> objects = new ArrayList<>(OBJECTS);
        Collections.shuffle(objects, random);
        kubectl(Stream.concat(Stream.of("-n", "hello-staging", "delete"), objects.subList(0, 3).stream())
                        .toArray(String[]::new))
                .orFail();
    }

    private static void changeFields(Random random) {
        String most = "{\"spec\":{\"maxReplicas\":" + (5 + random.nextInt(5)) + "}}";
        kubectl("-n", "hello-staging", "patch", "hpa/hello", "--type=merge", "-p", most)
                .orFail();
        scale("hello-staging", "deployment/hello", 1);
    }

    private static String one(List<String> names, Random random) {
        return names.get(random.nextInt(names.size()));
    }

    /** Of a digest that no image has. */
    private static String digits(Random random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
