package hello.e2e;

import static hello.e2e.Cluster.host;
import static hello.e2e.Cluster.kubectl;
import static hello.e2e.Cluster.run;
import static hello.e2e.Inventory.less;
import static hello.e2e.Inventory.objects;
import static hello.e2e.Promises.measured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hello.support.CommandResult;
import hello.support.Repository;
import hello.support.Symptom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another Argo CD comes by the line of README's table: its version where it stands, {@code make up}, the checksum that
 * it prints, {@code make up} again. Back to the minor version before, and forth again, while production is asked.
 */
@ClusterTest
@Tag("nightly")
class ArgoCdUpgradeIT {
    private static final String RELEASES = "https://github.com/argoproj/argo-cd";
    private static final Pattern RELEASE = Pattern.compile("(?m)refs/tags/v((\\d+)\\.(\\d+)\\.(\\d+))$");
    private static final String INSTALL = "argocd/install/kustomization.yaml";
    private static final Pattern REF = Pattern.compile("\\?ref=v((\\d+)\\.(\\d+)\\.\\d+)");

    private static final int PER_SECOND = 100;

    @TempDir
    Path folder;

    private Clone clone;
    private ArgoCd session;

    /** This checkout's Argo CD, also where the test stopped half-way. */
    @AfterEach
    void pinnedAgain() {
        if (clone != null) {
            run(Cluster.ROOT, "make", "up").orFail();
            Cluster.waitUntilAllIsWell();
        }
    }

    @Test
    @DisplayName("Argo CD becomes the minor version before and the pinned one again under load: both deploy and"
            + " promote, no request is lost, no object is left over or missing, settings and log-ins stay")
    void aMinorVersionBackAndForth() throws Exception {
        Matcher pinned = REF.matcher(Repository.read(INSTALL));
        assertThat(pinned.find()).isTrue();
        Optional<String> former = formerTo(pinned);
        assumeTrue(former.isPresent(), RELEASES + " has no release before " + pinned.group(1) + " here");
        Cluster.waitUntilAllIsWell();
        clone = Clone.fresh(folder, "ines");
        session = ArgoCd.login(Files.createDirectory(folder.resolve("session")));
        backAndForth(pinned.group(1), former.get());
    }

    private void backAndForth(String pinned, String former) throws Exception {
        Set<String> before = objects();
        Set<String> settings = settings();
        Set<String> meanwhile;
        String losses;
        try (Prober prober = new Prober(host("production"), PER_SECOND).awaitSteady()) {
            measured("to v%s in %.0f s".formatted(former, become(former, pinned)));
            meanwhile = objects();
            measured("back to v%s in %.0f s".formatted(pinned, become(pinned, former)));
            prober.report();
            losses = prober.lost().toString();
        }
        Set<String> after = objects();
        Set<String> settingsAfter = settings();
        Set<String> ofPinned = ofRelease(pinned);
        Set<String> ofFormer = ofRelease(former);
        measured(after.size() + " objects, " + less(ofPinned, ofFormer).size() + " of them not with v" + former);
        SoftAssertions.assertSoftly(softly -> {
            softly.assertThat(losses).as("lost requests").isEqualTo("{}");
            softly.assertThat(kindsAndNames(less(before, meanwhile)))
                    .as("what v%s has not", former)
                    .isEqualTo(less(ofPinned, ofFormer));
            softly.assertThat(kindsAndNames(less(meanwhile, before)))
                    .as("what v%s has in addition", former)
                    .isEqualTo(less(ofFormer, ofPinned));
            softly.assertThat(less(after, before)).as("left over").isEmpty();
            softly.assertThat(less(before, after)).as("missing").isEmpty();
            softly.assertThat(settingsAfter).as("settings").isEqualTo(settings);
        });
    }

    /** The newest release of the minor version before, if there is one where this machine looks. */
    private static Optional<String> formerTo(MatchResult pinned) {
        return RELEASE.matcher(run(Cluster.ROOT, "git", "ls-remote", "--tags", RELEASES)
                        .orFail()
                        .output())
                .results()
                .filter(release -> minor(release) < minor(pinned))
                .max(Comparator.<MatchResult>comparingInt(ArgoCdUpgradeIT::minor)
                        .thenComparingInt(release -> Integer.parseInt(release.group(4))))
                .map(release -> release.group(1));
    }

    private static int minor(MatchResult version) {
        return Integer.parseInt(version.group(2)) * 1000 + Integer.parseInt(version.group(3));
    }

    /** Gives the seconds of the {@code make up} that installs it; then it deploys and promotes a change. */
    private double become(String version, String present) throws IOException {
        for (String file : new String[] {"mise.toml", "local/git.yaml", INSTALL}) {
            Path path = clone.folder().resolve(file);
            String text = Files.readString(path);
            assertThat(text).as(file).contains(present);
            Files.writeString(path, text.replaceAll("(?<=argo-?cd.{0,60})\\Q" + present + "\\E", version));
        }
        acceptTheChecksum(version, present);
        long begin = System.nanoTime();
        clone.make("up").orFail();
        double seconds = (System.nanoTime() - begin) / 1e9;
        clone.git("commit", "-qam", "Argo CD " + version);
        assertThatItRuns(version);
        clone.release("deployed by Argo CD " + version);
        return seconds;
    }

    /** Types what {@code make up} says when it stops. */
    private void acceptTheChecksum(String version, String present) {
        CommandResult stopped = clone.make("up");
        assertThat(stopped.exitCode()).isNotZero();
        Symptom.of("the manifests of … are not those of argocd/install/checksum")
                .isIn(stopped.output());
        assertThat(images()).as("nothing was installed").containsOnly("v" + present);
        Matcher line = Pattern.compile("argocd/install: (echo 'v\\Q" + version + "\\E [0-9a-f]{40}' >\\S+)")
                .matcher(stopped.output());
        assertThat(line.find())
                .as("the line to write is in\n%s", stopped.output())
                .isTrue();
        run(clone.folder(), "bash", "-c", line.group(1)).orFail();
    }

    /** As soon as {@code make up} has ended; a log-in of before is one still, and the password opens it anew. */
    private void assertThatItRuns(String version) throws IOException {
        assertThat(images()).as("images in argocd and git").containsOnly("v" + version);
        ArgoCd.login(Files.createTempDirectory(folder, "session"));
        for (String part : new String[] {"deployment/argocd-server", "statefulset/argocd-application-controller"}) {
            String says = kubectl("-n", "argocd", "exec", part, "--", "argocd", "version", "--client", "--short")
                    .orFail()
                    .output();
            assertThat(says).as(part).containsPattern("argocd: v\\Q" + version + "\\E\\b");
        }
        assertThat(session.run("account", "get-user-info").orFail().output()).contains("Logged In: true");
    }

    /** The tags of Argo CD's image that pods have which are not about to end. */
    private static Set<String> images() {
        String images = "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}"
                + "{{range .spec.containers}}{{.image}}{{\"\\n\"}}{{end}}{{end}}{{end}}";
        return Pattern.compile("/argocd:(v\\S+)")
                .matcher(kubectl("get", "pods", "--all-namespaces", "-o", images)
                        .orFail()
                        .output())
                .results()
                .map(image -> image.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Kind and name of all that a release has, as its makers list it in one file. */
    private Set<String> ofRelease(String version) {
        String download = """
                git clone -q --depth 1 --filter=blob:none --no-checkout --branch "$2" "$1" "$2"
                git -C "$2" checkout -q HEAD -- manifests/install.yaml
                """;
        run(folder, "bash", "-e", "-c", download, "download", RELEASES, "v" + version)
                .orFail();
        String file = folder.resolve("v" + version + "/manifests/install.yaml").toString();
        String names = "go-template={{.kind}} {{.metadata.name}}{{\"\\n\"}}";
        return kubectl("create", "--dry-run=client", "--validate=false", "-f", file, "-o", names)
                .orFail()
                .output()
                .lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> kindsAndNames(Set<String> objects) {
        return objects.stream()
                .map(object -> object.replaceFirst("^(\\S+) \\S+ ", "$1 "))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Each ConfigMap and Secret of Argo CD with a checksum of what it holds, so that no failure prints a Secret. */
    private static Set<String> settings() {
        String template = "go-template={{range .items}}{{.kind}} {{.metadata.name}} "
                + "{{printf \"%v\" .data | printf \"%q\"}}{{\"\\n\"}}{{end}}";
        return kubectl("-n", "argocd", "get", "configmaps,secrets", "-o", template)
                .orFail()
                .output()
                .lines()
                .map(line -> line.split(" ", 3))
                .map(words -> words[0] + " " + words[1] + " " + Integer.toHexString(words[2].hashCode()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
