package hello.e2e;

import java.util.Random;

/**
 * A fault of the soak: something is taken away or spoiled, and given back.
 *
 * @param name what it is
 * @param part what it happens to: two faults at once happen to different parts
 * @param loss what it may cost production, as the promise of this fault alone permits
 * @param begin makes it
 * @param end gives back what does not come back by itself, and waits for nothing
 */
record Fault(String name, Part part, Loss loss, Step begin, Step end) {

    /**
     * In the order in which two of them begin; they end the other way round. What pushes begins before git goes, and
     * ends when it is there again.
     */
    enum Part {
        STAGING,
        ARGO_CD,
        METRICS,
        REGISTRY,
        INGRESS,
        PRODUCTION,
        GIT
    }

    /** What may be lost of the requests to production. */
    enum Loss {
        /** Not one. */
        NOTHING,
        /** Those that were open on the pod that went, which the ingress controller answers with a status. */
        OPEN_ON_A_POD,
        /** All, until the ingress answers again. */
        WHILE_AWAY
    }

    /** A part of a fault; what chance decides in it, comes from the random numbers. */
    interface Step {
        Step NONE = random -> {};

        void run(Random random) throws Exception;
    }

    @Override
    public String toString() {
        return name;
    }
}
