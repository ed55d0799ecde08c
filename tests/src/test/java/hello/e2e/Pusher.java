package hello.e2e;

import static hello.e2e.Cluster.waitLongUntil;

import java.io.IOException;
import java.util.concurrent.Callable;

/** Somebody who changes things again and again, and tries again while the git server is not there. */
final class Pusher {

    private final Clone clone;

    /**
     * Takes over a clone.
     *
     * @param clone whose branch is what the cluster's repository has
     */
    Pusher(Clone clone) {
        this.clone = clone;
    }

    /** Pushes another greeting for an environment, and gives it. */
    String greet(String environment) {
        String greeting = "Salut " + System.currentTimeMillis() % 1_000_000;
        change(
                "gitops/environments/" + environment + "/values.yaml",
                "(?m)^greeting:\\n(  message: .*\\n)?|\\z",
                "greeting:\n  message: " + greeting + "\n",
                "Another greeting");
        return greeting;
    }

    /** Pushes a change of a file, see {@link Clone#change}. */
    void change(String file, String from, String to, String why) {
        untilItWorks(() -> clone.pull().change(file, from, to, why));
        push();
    }

    /** Gives staging an image of this commit, whose digest is not that of its build. */
    void bumpStaging(String digest) {
        untilItWorks(() -> {
            String commit = clone.pull().git("rev-parse", "HEAD");
            String bump = clone.bump("staging", commit.substring(0, 12), digest, commit);
            if (!bump.matches("[0-9a-f]{40}")) {
                throw new IllegalStateException(bump);
            }
            return bump;
        });
    }

    /** Takes the newest bump of staging back. */
    void rollBackStaging() {
        untilItWorks(() -> Cluster.run(clone.folder(), "gitops/rollback", "staging", "--remote", "cluster")
                .orFail());
    }

    /** A change of the code goes through the whole loop, and on to production. */
    void release() throws IOException {
        clone.pull();
        clone.changeCode("A change at " + System.currentTimeMillis());
        clone.make("deploy").orFail();
        clone.make("promote").orFail();
    }

    /** How many commits main of the cluster's repository has. */
    int commits() {
        clone.git("fetch", "-q", "cluster");
        return Integer.parseInt(clone.git("rev-list", "--count", "cluster/main"));
    }

    private void push() {
        untilItWorks(() -> clone.tryGit("push", "-q", "cluster").orFail());
    }

    private static void untilItWorks(Callable<?> action) {
        waitLongUntil("the git server takes it", () -> {
            action.call();
            return true;
        });
    }
}
