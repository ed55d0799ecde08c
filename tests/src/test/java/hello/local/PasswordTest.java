package hello.local;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.CommandResult;
import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Argo CD's password goes from standard input to standard input: every user of a machine can read the arguments of a
 * process.
 */
class PasswordTest {

    private static final String HASH = "$2a$10$YpLAG3iHFIMIbUtlrj3zM.9VXyNtNpxPPtJeaBRLOD3uajIUAKPGu";

    @TempDir
    private Path folder;

    private Workplace place;
    private StandIn argocd;
    private StandIn kubectl;

    @BeforeEach
    void cluster() {
        place = new Workplace(folder, "clone");
        place.must("git config gitops.context lab");
        // As Argo CD 3.6.1: the question stands before the answer, on one line of standard output.
        argocd = place.standIn("argocd", """
                cat >"$PLACE/asked"
                printf 'Password: %%s' '%s'
                """.formatted(HASH));
        kubectl = place.standIn("kubectl", """
                case "$*" in
                  *repoURL*) echo https://github.com/ada/hello ghcr.io/ada/hello ;;
                  *" patch "*) cat >"$PLACE/patch" ;;
                esac
                """);
    }

    @Test
    void theHashIsSetAndNoArgumentHasIt() {
        place.must("printf '%s' 'correct horse' | local/password");
        assertThat(place.read("asked")).isEqualTo("correct horse\n");
        assertThat(place.read("patch")).contains("\"admin.password\": \"" + HASH + "\"", "admin.passwordMtime");
        assertThat(argocd.calls() + kubectl.calls())
                .contains("--patch-file /dev/stdin", "delete secret argocd-initial-admin-secret")
                .doesNotContain("horse", HASH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", " leading blank", "trailing blank ", "trailing tab\t"})
    void whatArgoCdWouldReadOtherwiseIsRefused(String password) {
        CommandResult result = place.run("printf '%s' \"$1\" | local/password", password);
        assertThat(result.exitCode()).isOne();
        assertThat(result.output()).contains("nothing was changed");
        assertThat(place.read("patch")).isEmpty();
    }

    @Test
    void anAnswerThatIsNoHashIsNotSet() {
        place.standIn("argocd", "echo 'Password: '");
        assertThat(place.run("echo 'correct horse' | local/password").output())
                .contains("argocd made no hash of it; nothing was changed");
        assertThat(place.read("patch")).isEmpty();
    }
}
