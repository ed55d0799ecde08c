package hello.image;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the image is built upon cannot change without a commit. */
class BaseImagesTest {

    private static final Pattern PINNED =
            Pattern.compile("<(image\\.(?:java\\.)?base)>[a-z0-9./-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}</\\1>");

    @Test
    void bothAreNamedByTagAndDigest() {
        String pom = Repository.read("service/pom.xml");
        List<String> pinned = PINNED.matcher(pom).results().map(m -> m.group(1)).toList();
        assertThat(pinned).containsExactly("image.base", "image.java.base");
    }

    @Test
    void javaBaseHasTheVersionOfJavaThatIsCompiledFor() {
        String release = Repository.read("pom.xml").replaceAll("(?s).*<maven.compiler.release>(\\d+)<.*", "$1");
        assertThat(Repository.read("service/pom.xml")).contains("/eclipse-temurin:" + release + ".");
    }
}
