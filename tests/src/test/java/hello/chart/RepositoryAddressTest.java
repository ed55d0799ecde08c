package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses of a repository the root takes: it writes them into objects that many may read. */
class RepositoryAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/ada/hello",
                "https://git.example.org:8443/group/sub.group/team_1.git",
                "https://dev.example.org/my%20project/_git/hello",
                "git://git.git.svc.cluster.local/hello.git",
                "ssh://git@git.example.org:2222/ada/hello.git",
                "git@github.com:ada/hello.git"
            })
    void takesAnAddress(String address) {
        assertThat(root(address).render()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://t0ken@github.com/ada/hello",
                "https://ada:t0ken@github.com/ada/hello",
                "ssh://git:t0ken@github.com/ada/hello",
                "ada:t0ken@github.com:ada/hello",
                "https://github.com/ada/hello?token=t0ken",
                "https://github.com/ada/*",
                "https://github.com/ada/hell[o]",
                "https://github.com/ada/hello] #",
                "github.com/ada/hello",
                ""
            })
    void refusesASecretAndAPattern(String address) {
        assertThatThrownBy(() -> root(address).render()).hasMessageContaining("/repoURL");
    }

    private static Chart root(String address) {
        return new Chart(Platform.ROOT.folder(), Map.of("repoURL", address, "image", Chart.REPOSITORY));
    }
}
