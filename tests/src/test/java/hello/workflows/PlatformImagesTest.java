package hello.workflows;

import static hello.workflows.ScriptClone.ONE;
import static hello.workflows.ScriptClone.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that build, push and join the platforms' images; docker is a stand-in that knows one index. */
class PlatformImagesTest {

    private static final String FOREIGN = "sha256:" + "f".repeat(64);

    @TempDir
    private Path root;

    private ScriptClone clone;
    private StandIn docker;

    @BeforeEach
    void makeClone() {
        clone = new ScriptClone(root);
        docker = registryWith("", ONE, TWO);
    }

    @Test
    void platformsAreJoinedToOneIndex() {
        CommandResult result = clone.run(join(ONE, TWO)).orFail();
        String tag = clone.head().substring(0, 12);
        assertThat(docker.calls())
                .contains(
                        "login ghcr.io --username ada --password-stdin",
                        "buildx imagetools create --tag ghcr.io/ada/hello:" + tag + " ghcr.io/ada/hello@" + ONE
                                + " ghcr.io/ada/hello@" + TWO)
                .contains("inspect ghcr.io/ada/hello@" + digest(index("", ONE, TWO)));
        assertThat(clone.file("output"))
                .as("the digest of the bytes that were checked")
                .isEqualTo("name=ghcr.io/ada/hello\ndigest=" + digest(index("", ONE, TWO)) + "\n");
        assertThat(clone.file("password")).as("the token is never an argument").isEqualTo("t0ken\n");
        assertThat(docker.calls()).doesNotContain("t0ken");
        assertThat(result.errors()).doesNotContain("t0ken");
    }

    @Test
    void theOrderOfTheManifestsDoesNotMatter() {
        clone.run(join(TWO, ONE)).orFail();
    }

    @Test
    void foreignIndexThatOnlyMentionsOurImagesIsRefused() {
        registryWith("\"annotations\":{\"a\":\"" + ONE + " " + TWO + "\"},", FOREIGN, FOREIGN.replace('f', 'e'));
        refusedToJoin();
    }

    @Test
    void indexWithOneImageMoreIsRefused() {
        registryWith("", ONE, TWO, FOREIGN);
        refusedToJoin();
    }

    @Test
    void indexWithoutOneOfTheImagesIsRefused() {
        registryWith("", ONE);
        refusedToJoin();
    }

    @Test
    void whatIsNoIndexIsRefused() {
        clone.standIn("docker", "case \"$*\" in *--raw*) echo {} ;; *inspect*) exit 1 ;; esac");
        clone.refused(join(ONE, TWO), "is no index of images");
        clone.standIn("docker", "case \"$*\" in *--raw*) exit 1 ;; esac");
        clone.refused(join(ONE, TWO), "cannot be read back");
        assertThat(clone.file("output")).isEmpty();
    }

    @Test
    void wrongArgumentsToJoinAreToldApart() {
        clone.refused(join(ONE, ""), "has '': did that platform's build end well?");
        clone.refused(join(ONE), "give the files with the digests of two platforms");
        clone.refused("REGISTRY_TOKEN= " + join(ONE, TWO), "REGISTRY_TOKEN is empty");
        clone.refused("GITHUB_REPOSITORY= " + join(ONE, TWO), "GITHUB_REPOSITORY is not set");
        clone.standIn("docker", "exit 1");
        clone.refused(join(ONE, TWO), "the registry refused the log-in");
    }

    @Test
    void platformIsBuiltAndItsDigestIsTheStepsOutput() {
        StandIn image = build("linked gcr.io/base");
        clone.standIn("uname", "echo aarch64");
        clone.run(".github/scripts/push-platform arm64").orFail();
        assertThat(image.calls()).isEqualTo("ghcr.io/ada/hello:" + clone.head().substring(0, 12) + "-arm64\n");
        assertThat(clone.file("output")).isEqualTo("image=ghcr.io/ada/hello@" + ONE + "\n");
        clone.refused(".github/scripts/push-platform amd64", "'amd64' is not the platform of this machine, aarch64");
        clone.script("service/image", "exit 1");
        assertThat(clone.run(".github/scripts/push-platform arm64").exitCode()).isNotZero();
    }

    @Test
    void imageWithoutALinkedRuntimeIsNotReleased() {
        clone.standIn("uname", "echo x86_64");
        build("java docker.io/library/eclipse-temurin:25-jre");
        clone.refused(
                ".github/scripts/push-platform amd64",
                "built upon docker.io/library/eclipse-temurin:25-jre, with its shell");
        clone.must("rm clone/service/target/image.base");
        clone.script("service/image", "true");
        clone.refused(".github/scripts/push-platform amd64", "does not say what it was built upon");
        assertThat(clone.file("output")).isEmpty();
    }

    @Test
    void imageOfAnEnvironmentIsNamedByDigest() {
        assertThat(clone.run(".github/scripts/image-of production").output())
                .isEqualTo("production has no image yet\n");
        clone.staging(ONE);
        assertThat(clone.run(".github/scripts/image-of staging").output())
                .isEqualTo("name=ghcr.io/ada/hello@" + ONE + "\n");
        clone.refused(".github/scripts/image-of nowhere", "there is no gitops/environments/nowhere");
    }

    /** The line that joins the images with these digests, each of which is in a file. */
    private static String join(String... digests) {
        return ".github/scripts/join-platforms "
                + Stream.of(digests).map("<(echo %s)"::formatted).collect(Collectors.joining(" "));
    }

    private void refusedToJoin() {
        clone.refused(join(ONE, TWO), "does not hold exactly what was joined");
        assertThat(clone.file("output")).as("nothing is handed on").isEmpty();
    }

    private StandIn build(String base) {
        return clone.script(
                "service/image",
                "echo " + ONE + " >service/target/jib-image.digest; echo '" + base + "' >service/target/image.base");
    }

    /** A registry in which every name is an index of these manifests, as buildx shows it. */
    private StandIn registryWith(String more, String... manifests) {
        return clone.standIn("docker", """
                case "$*" in
                  login*) cat >>../password ;;
                  *inspect*--raw*) printf '%%s' '%s' ;;
                  *inspect*'{{range .Manifest.Manifests}}'*) printf '%%s\\n' %s '' ;;
                esac
                """.formatted(index(more, manifests), String.join(" ", manifests)));
    }

    private static String index(String more, String... manifests) {
        return List.of(manifests).stream()
                .map(digest -> "{\"digest\":\"" + digest + "\"}")
                .collect(Collectors.joining(",", "{" + more + "\"manifests\":[", "]}"));
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
