package hello.e2e;

import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.resource;

/** A pod that sees the processes of its node, and ends those that it is told to. */
final class Killer implements AutoCloseable {

    /** Starts the pod; returns when it runs. One that was there before has to be gone. */
    Killer() {
        kubectl("wait", "namespace/killer", "--for=delete", "--timeout=300s"); // where there is none, that is no fault
        Cluster.apply(resource("pods/killer.yaml")).orFail();
        kubectl("-n", "killer", "wait", "pod/killer", "--for=condition=Ready", "--timeout=300s")
                .orFail();
    }

    /**
     * Kills the process which has a pod's name in its environment, as the service's has.
     *
     * @param pod its name
     * @return {@code killed}, a line for each process that was
     */
    String kill(String pod) {
        String script = """
                for p in /proc/[0-9]*; do
                  { tr '\\0' '\\n' < $p/environ | grep -qx POD_NAME=%s; } 2> /dev/null &&
                    kill -9 ${p#/proc/} && echo killed
                done
                true
                """.formatted(pod);
        return kubectl("-n", "killer", "exec", "killer", "--", "sh", "-c", script)
                .orFail()
                .output();
    }

    /** Takes the pod and its namespace away; does not wait for that. */
    @Override
    public void close() {
        kubectl("delete", "namespace", "killer", "--wait=false");
    }
}
