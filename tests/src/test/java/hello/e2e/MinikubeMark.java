package hello.e2e;

import static hello.e2e.Cluster.field;
import static hello.e2e.Cluster.kubectl;

/**
 * The mark of a {@code make up} that started minikube, by which {@code make down} deletes minikube itself.
 *
 * @param value what it said; empty where there was none
 */
record MinikubeMark(String value) {
    private static final String NAME = "platform/minikube-started-by";

    /** Takes it from the cluster, so that {@code make down} leaves minikube. */
    static MinikubeMark taken() {
        MinikubeMark mark = new MinikubeMark(field("", "namespace/argocd", ".metadata.annotations." + NAME));
        kubectl("annotate", "namespace", "argocd", NAME + "-").orFail();
        return mark;
    }

    /** The cluster is as it was. */
    void putBack() {
        if (!value.isEmpty()) {
            kubectl("annotate", "namespace", "argocd", NAME + "=" + value, "--overwrite")
                    .orFail();
        }
    }
}
