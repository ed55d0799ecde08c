package hello.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import hello.support.StandIn;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which registries may be spoken to without TLS; Maven is a stand-in. On a lab plain HTTP is allowed everywhere. */
class PlainHttpTest {

    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource({
        "localhost:5050/hello:1, true",
        "127.0.0.1:5050/hello:1, true",
        "localhost.example.org/hello:1, false",
        "ghcr.io/ada/hello:1, false"
    })
    void onlyThisMachinesOwnRegistryMaySpeakPlainHttp(String name, boolean plain) {
        ScriptClone clone = new ScriptClone(root);
        StandIn maven = clone.standIn("mvn", "");
        String copy =
                "mkdir -p clone/service; cp '%1$s/pom.xml' clone; cp '%1$s'/service/{image,pom.xml} clone/service";
        clone.must(copy.formatted(Repository.ROOT));
        clone.script("service/jdk", "echo /a/jdk");
        clone.run("service/image " + name);
        assertThat(maven.calls().contains("-Djib.allowInsecureRegistries=true")).isEqualTo(plain);
        assertThat(maven.calls()).contains("-Djib.to.image=" + name);
    }
}
