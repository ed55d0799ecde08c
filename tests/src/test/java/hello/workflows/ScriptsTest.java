package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The workflows' scripts, and verify-release, in a clone of their own; docker, gh, cosign and kubectl are stand-ins that write down how they were called. */
class ScriptsTest {

    private static final String ONE = "sha256:" + "1".repeat(64);
    private static final String TWO = "sha256:" + "2".repeat(64);
    private static final String INDEX = "sha256:" + "3".repeat(64);

    @TempDir
    private Path root;

    private record Said(int code, String out, String err) {}

    @BeforeEach
    void makeClone() throws IOException {
        // only these are there: what else a machine has must not matter
        Files.createDirectories(root.resolve("bin"));
        for (String tool :
                "bash sh cat cp cut dirname env git grep head ls mkdir mktemp rm sed sort tail tee tr uname awk sleep chmod touch"
                        .split(" ")) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
                if (Files.isExecutable(Path.of(folder, tool))) {
                    Files.createSymbolicLink(root.resolve("bin").resolve(tool), Path.of(folder, tool));
                    break;
                }
            }
        }
        must("""
                git init -q --bare -b main origin.git
                git init -q -b main clone
                cd clone
                git remote add origin ../origin.git
                mkdir -p docs service/target gitops/environments/staging gitops/environments/production
                cp -R '%1$s/.github' .
                cp '%1$s/docs/verify-release' docs
                cp '%1$s/gitops/bump' '%1$s/gitops/branch.sh' gitops
                touch gitops/environments/staging/values.yaml gitops/environments/production/values.yaml
                git add .
                git commit -q -m 'The beginning'
                git push -q origin main
                """.formatted(Workflows.root()));
        standIn("docker", """
                case "$*" in
                  login*) cat >>../password ;;
                  *inspect*--raw*) echo '{"manifests":[{"digest":"%s"},{"digest":"%s"}]}' ;;
                  *inspect*) echo '%s' ;;
                esac
                """.formatted(ONE, TWO, INDEX));
        standIn("gh", "");
        standIn("cosign", "");
    }

    @AfterEach
    void takeLinksAway() throws IOException {
        // or JUnit warns of each when it clears the folder
        try (Stream<Path> tools = Files.list(root.resolve("bin"))) {
            for (Path link : tools.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void platformsAreJoinedToOneIndex() throws IOException {
        Said said = run(".github/join-platforms " + ONE + " " + TWO);
        assertThat(said.code()).as(said.toString()).isZero();
        String commit = must("git -C clone rev-parse HEAD").substring(0, 12);
        assertThat(calls("docker"))
                .contains(
                        "login ghcr.io --username ada --password-stdin",
                        "buildx imagetools create --tag ghcr.io/ada/hello:" + commit + " ghcr.io/ada/hello@" + ONE
                                + " ghcr.io/ada/hello@" + TWO);
        assertThat(Files.readString(root.resolve("output")))
                .isEqualTo("name=ghcr.io/ada/hello\ndigest=" + INDEX + "\n");
        assertThat(Files.readString(root.resolve("password")))
                .as("the token is never an argument")
                .isEqualTo("t0ken\n");
        assertThat(calls("docker")).doesNotContain("t0ken");
    }

    @Test
    void indexWithoutOneOfTheImagesIsRefused() {
        refused(
                ".github/join-platforms " + ONE + " sha256:" + "4".repeat(64),
                "does not hold ghcr.io/ada/hello@sha256:444");
        refused(".github/join-platforms " + ONE + " ''", "'' is no digest: did that platform's build end well?");
        refused(".github/join-platforms " + ONE, "give the digests of two platforms");
        refused("REGISTRY_TOKEN= .github/join-platforms " + ONE + " " + TWO, "REGISTRY_TOKEN is empty");
        refused("GITHUB_REPOSITORY= .github/join-platforms " + ONE + " " + TWO, "GITHUB_REPOSITORY is not set");
        standIn("docker", "exit 1");
        refused(".github/join-platforms " + ONE + " " + TWO, "the registry refused the log-in");
    }

    @Test
    void platformIsBuiltAndItsDigestHandedOn() throws IOException {
        script("clone/service/image", "echo \"$@\" >../image; echo " + ONE + " >service/target/jib-image.digest");
        standIn("uname", "echo aarch64");
        Said said = run(".github/push-platform arm64");
        assertThat(said.code()).as(said.toString()).isZero();
        assertThat(Files.readString(root.resolve("image")))
                .isEqualTo("ghcr.io/ada/hello:"
                        + must("git -C clone rev-parse HEAD").substring(0, 12) + "-arm64\n");
        assertThat(Files.readString(root.resolve("output"))).isEqualTo("arm64=" + ONE + "\n");
        refused(".github/push-platform amd64", "'amd64' is not the platform of this machine, aarch64");
        script("clone/service/image", "exit 1");
        assertThat(run(".github/push-platform arm64").code()).isNotZero();
    }

    @Test
    void imageOfAnEnvironmentIsNamedByDigest() throws IOException {
        assertThat(run(".github/image-of production").out()).isEqualTo("production has no image yet");
        staging(ONE);
        assertThat(run(".github/image-of staging").out()).isEqualTo("name=ghcr.io/ada/hello@" + ONE);
        refused(".github/image-of nowhere", "there is no gitops/environments/nowhere");
    }

    @Test
    void promotionIsProposedWithWhatItBrings() throws IOException {
        refused(".github/propose-promotion", "staging has no image yet");
        String first = staging(ONE);
        standIn("gh", "case \"$*\" in *create*) cat \"${@: -1}\" >../body; echo https://example.org/pull/1 ;; esac");
        assertThat(run(".github/propose-promotion").out()).endsWith("https://example.org/pull/1");
        assertThat(calls("gh"))
                .contains("pr create --base main --head promote/" + first.substring(0, 12)
                        + " --title production: image " + first.substring(0, 12))
                .contains("workflow run verify.yml --ref promote/" + first.substring(0, 12));
        assertThat(Files.readString(root.resolve("body"))).contains("first image", ONE);
        assertThat(must("git -C origin.git show --format=%s --name-only promote/" + first.substring(0, 12)))
                .startsWith("production: image")
                .endsWith("production/image.yaml");
        must("git -C clone fetch -q origin && git -C clone merge -q --ff-only origin/promote/" + first.substring(0, 12)
                + " && git -C clone push -q origin main && git -C origin.git branch -q -D promote/"
                + first.substring(0, 12));
        assertThat(run(".github/propose-promotion").out())
                .endsWith("production has " + first.substring(0, 12) + " already");
        assertThat(must("git -C origin.git branch")).isEqualTo("* main");

        must("cd clone; echo x >docs/x; git add .; git commit -q -m 'Greet <b>you</b> $(id)'; git push -q origin main");
        String second = staging(TWO);
        assertThat(run(".github/propose-promotion").code()).isZero();
        assertThat(Files.readString(root.resolve("body")))
                .contains(
                        "since `" + first.substring(0, 12) + "`",
                        "    " + second.substring(0, 7) + " Greet <b>you</b> $(id)")
                .doesNotContain("staging: image");
        assertThat(run(".github/propose-promotion").code()).as("run again").isZero();
        standIn("gh", "exit 1");
        assertThat(run(".github/propose-promotion").code()).isNotZero();
    }

    @Test
    void olderImageIsNotProposed() throws IOException {
        String first = staging(ONE);
        must("cd clone; git commit -q --allow-empty -m Newer; git push -q origin main");
        String second = must("git -C clone rev-parse HEAD");
        must("cd clone; gitops/bump production --tag x --digest " + TWO + " --commit " + second);
        refused(
                ".github/propose-promotion",
                "nothing to propose: unchanged newer: production has " + second + ", which comes after " + first);
        assertThat(must("git -C origin.git branch")).isEqualTo("* main");
    }

    @Test
    void releaseIsVerifiedAgainstItsWorkflow() throws IOException {
        String commit = "c".repeat(40);
        Said said = run("docs/verify-release ghcr.io/ada/hello:tag@" + ONE + " Ada/Hello " + commit);
        assertThat(said.code()).as(said.toString()).isZero();
        assertThat(said.out().lines().filter(line -> line.startsWith("ok "))).hasSize(3);
        assertThat(calls("cosign"))
                .isEqualTo("verify --certificate-oidc-issuer https://token.actions.githubusercontent.com"
                        + " --certificate-identity https://github.com/Ada/Hello/.github/workflows/release.yml@refs/heads/main ghcr.io/ada/hello@"
                        + ONE + "\n");
        assertThat(calls("gh").lines().skip(1))
                .hasSize(2)
                .allMatch(call -> call.startsWith("attestation verify oci://ghcr.io/ada/hello@" + ONE
                        + " --repo Ada/Hello --signer-workflow Ada/Hello/.github/workflows/release.yml --source-ref refs/heads/main --deny-self-hosted-runners --source-digest "
                        + commit + " --predicate-type https://"));
    }

    @Test
    void runningImageIsTheOneThatIsVerified() {
        must("git -C clone remote set-url origin git@github.com:ada/hello.git");
        standIn("kubectl", "printf '%s\\n' ghcr.io/ada/hello:x@" + ONE + " ghcr.io/ada/hello:x@" + ONE);
        assertThat(run("docs/verify-release staging").out()).contains("ghcr.io/ada/hello@" + ONE, "ok      provenance");
        standIn("kubectl", "printf '%s\\n' ghcr.io/ada/hello:x@" + ONE + " ghcr.io/ada/hello:x@" + TWO);
        refused("docs/verify-release staging", "run more than one image");
        standIn("kubectl", "true");
        refused("docs/verify-release staging", "staging has no pods");
        standIn("kubectl", "echo no route >&2; exit 1");
        refused("docs/verify-release staging", "kubectl cannot tell what the pods of staging run: no route");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cosign | echo no matching signatures >&2; exit 1           | FAILED: signed by the workflow release on main of ada/hello. Do not run ghcr.io/ada/hello@sha256:1
            gh     | case "$*" in attestation*slsa*) exit 1 ;; esac    | FAILED: provenance: built there. Do not run
            gh     | case "$*" in attestation*cyclonedx*) exit 1 ;; esac | FAILED: SBOM: attested there. Do not run
            gh     | exit 1                                            | gh is not logged in
            """)
    void unsignedImageIsNotAccepted(String tool, String script, String why) {
        standIn(tool, script);
        refused("docs/verify-release ghcr.io/ada/hello@" + ONE + " ada/hello", why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                | usage: docs/verify-release ENVIRONMENT
            --help                            | usage: docs/verify-release ENVIRONMENT
            a b c d                           | usage: docs/verify-release ENVIRONMENT
            ghcr.io/ada/hello:latest ada/hello | is not REGISTRY/NAME@sha256:DIGEST
            ghcr.io/ada/hello@ONE             | is no OWNER/NAME
            ghcr.io/ada/hello@ONE ada         | 'ada' is no OWNER/NAME
            ghcr.io/ada/hello@ONE ada/hello main | 'main' is not a commit's 40 hex digits
            localhost:5050/hello@ONE ada/hello | comes from a laptop's registry
            staging                           | kubectl is missing
            """)
    void wrongArgumentsAreToldApart(String arguments, String why) {
        refused("docs/verify-release " + arguments.replace("ONE", ONE), why);
    }

    @ParameterizedTest
    @CsvSource({"cosign", "gh"})
    void missingToolIsNamed(String tool) throws IOException {
        Files.delete(root.resolve("bin").resolve(tool));
        refused("docs/verify-release ghcr.io/ada/hello@" + ONE + " ada/hello", tool + " is missing: install it");
    }

    /** A cluster's lab allows plain HTTP everywhere, and so cannot show this. */
    @ParameterizedTest
    @CsvSource({
        "localhost:5050/hello:1, true",
        "127.0.0.1:5050/hello:1, true",
        "localhost.example.org/hello:1, false",
        "ghcr.io/ada/hello:1, false"
    })
    void onlyThisMachinesOwnRegistryMaySpeakPlainHttp(String name, boolean plain) throws IOException {
        standIn("mvn", "");
        must("mkdir -p clone/service; cp '%s/service/image' clone/service".formatted(Workflows.root()));
        script("clone/service/jdk", "echo /a/jdk");
        run("service/image " + name);
        assertThat(calls("mvn").contains("-Djib.allowInsecureRegistries=true")).isEqualTo(plain);
        assertThat(calls("mvn")).contains("-Djib.to.image=" + name);
    }

    @Test
    void clusterRunKeepsNumbersAndStateAndTheExitCode() throws IOException {
        standIn("make", "echo made \"$@\"; [ \"$1\" != e2e ] || exit 2");
        standIn("kubectl", "case \"$*\" in *jsonpath*) echo hello-staging/hello-1 ;; *) echo \"$@\" ;; esac");
        assertThat(run(".github/on-a-cluster").code()).isEqualTo(1);
        assertThat(Files.readString(root.resolve("clone/target/cluster/numbers.txt")))
                .isEqualTo("made up\nmade e2e\n");
        assertThat(root.resolve("clone/target/cluster/log-hello-staging-hello-1.txt"))
                .content()
                .contains("logs -n hello-staging hello-1");
        assertThat(calls("kubectl")).doesNotContain("secret");
        standIn("make", "echo made \"$@\"");
        assertThat(run(".github/on-a-cluster").code()).isZero();
    }

    private String staging(String digest) {
        String commit = must("git -C clone rev-parse HEAD");
        must("cd clone; gitops/bump staging --tag " + commit.substring(0, 12) + " --digest " + digest + " --commit "
                + commit + "; git pull -q --ff-only origin main");
        return commit;
    }

    private void refused(String command, String why) {
        Said said = run(command);
        assertThat(said.code()).as(said.toString()).isNotZero();
        assertThat(said.err()).contains(why);
    }

    private String calls(String tool) throws IOException {
        return Files.readString(root.resolve(tool + ".calls"));
    }

    private void standIn(String tool, String script) {
        script("bin/" + tool, "printf '%s\\n' \"$*\" >>'" + root + "/" + tool + ".calls'\n" + script);
    }

    private void script(String file, String script) {
        try {
            Path path = root.resolve(file);
            Files.deleteIfExists(path);
            Files.writeString(path, "#!/usr/bin/env bash\n" + script + "\n");
            path.toFile().setExecutable(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Said run(String command) {
        return run(root.resolve("clone"), command);
    }

    private String must(String snippet) {
        Said said = run(root, snippet);
        assertThat(said.code()).as(snippet + "\n" + said).isZero();
        return said.out();
    }

    private Said run(Path folder, String command) {
        try {
            Path out = Files.createTempFile(root, "out", "");
            Path err = Files.createTempFile(root, "err", "");
            var builder = new ProcessBuilder(root.resolve("bin/bash").toString(), "-e", "-c", command)
                    .directory(folder.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment()
                    .putAll(Map.of(
                            "PATH",
                            root.resolve("bin").toString(),
                            "HOME",
                            root.toString(),
                            "LC_ALL",
                            "C",
                            "GIT_CONFIG_NOSYSTEM",
                            "1",
                            "GIT_AUTHOR_NAME",
                            "Ada",
                            "GIT_AUTHOR_EMAIL",
                            "ada@example.org",
                            "GIT_COMMITTER_NAME",
                            "Ada",
                            "GIT_COMMITTER_EMAIL",
                            "ada@example.org"));
            builder.environment()
                    .putAll(Map.of(
                            "GITHUB_REPOSITORY",
                            "Ada/Hello",
                            "GITHUB_ACTOR",
                            "ada",
                            "REGISTRY_TOKEN",
                            "t0ken",
                            "GITHUB_OUTPUT",
                            root.resolve("output").toString()));
            int code = builder.start().waitFor();
            return new Said(
                    code, Files.readString(out).strip(), Files.readString(err).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
