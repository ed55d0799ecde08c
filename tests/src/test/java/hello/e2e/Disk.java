package hello.e2e;

import static hello.e2e.Cluster.kubectl;

/**
 * What git server and registry hold on their volumes.
 *
 * @param git kB of the repository
 * @param registry kB of all images
 * @param commits on main
 * @param images with a tag
 */
record Disk(long git, long registry, long commits, long images) {
    private static final String REGISTRY = "/var/lib/registry/docker/registry/v2/repositories/hello/_manifests/tags";

    /**
     * Measures.
     *
     * @param pusher whose clone counts the commits
     */
    static Disk now(Pusher pusher) {
        return new Disk(
                kilobytes("git", "/git/hello.git"),
                kilobytes("registry", "/var/lib/registry"),
                pusher.commits(),
                kubectl("-n", "registry", "exec", "deployment/registry", "--", "ls", REGISTRY)
                        .orFail()
                        .output()
                        .lines()
                        .count());
    }

    private static long kilobytes(String namespace, String folder) {
        return Long.parseLong(kubectl("-n", namespace, "exec", "deployment/" + namespace, "--", "du", "-sk", folder)
                .orFail()
                .line()
                .replaceFirst("\\s.*", ""));
    }

    Disk minus(Disk before) {
        return new Disk(git - before.git, registry - before.registry, commits - before.commits, images - before.images);
    }

    @Override
    public String toString() {
        return "git server %d kB for %d commits, registry %d kB for %d images"
                .formatted(git, commits, registry, images);
    }
}
