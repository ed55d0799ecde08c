package hello.style;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.Repository;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people run works with macOS' Bash 3.2 and BSD's tools, as far as reading a script tells. */
class PortabilityTest {

    /** The lab is for Debian, the workflows' scripts run on Linux. */
    private static final String LINUX = "(lab|\\.ci|\\.github)/.*";

    @Test
    void scriptsRunOnMacOs() {
        List<Path> scripts = ScriptStyleTest.scripts().stream()
                .filter(script -> !Repository.ROOT.relativize(script).toString().matches(LINUX))
                .toList();
        assertThat(scripts)
                .contains(
                        Repository.path("gitops/bump"), Repository.path("local/up"), Repository.path("service/image"));
        assertThat(scripts.stream()
                        .flatMap(script -> Portability.complaints(Repository.read(script)).stream()
                                .map(complaint -> Repository.ROOT.relativize(script) + ":" + complaint)))
                .isEmpty();
    }

    /** One fault each. */
    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            `declare -A seen`                  ¦ such variables
            `local -n name=$1`                 ¦ such variables
            `mapfile -t lines <file`           ¦ mapfile
            `cat x | readarray lines`          ¦ readarray
            `echo "${name,,}"`                 ¦ letters changed
            `echo "${names[0]^^}"`             ¦ letters changed
            `echo "${name@Q}"`                 ¦ expansion with @
            `echo "${names[-1]}"`              ¦ index from the end
            `echo "${name:0:-1}"`              ¦ length from the end
            `now=$EPOCHREALTIME`               ¦ give a default
            `now=${EPOCHSECONDS}`              ¦ give a default
            `make &>>log`                      ¦ &>>
            `make |& tee log`                  ¦ |&
            `a) b ;;&`                         ¦ falls through
            `exec {lock}>file`                 ¦ file descriptor
            `wait -n`                          ¦ wait for the next
            `printf '%(%s)T' -1`               ¦ dates of printf
            `if [[ -v name ]]; then`           ¦ whether a variable
            `shopt -s globstar`                ¦ such option
            `command kubectl get pods || true` ¦ use env
            `if kubectl | grep -qxF a; then`   ¦ grep -q ends before
            `  grep -q a`                      ¦ grep -q ends before
            `sed -i s/a/b/ file`               ¦ sed -i
            `sed -E -i s/a/b/ file`            ¦ sed -i
            `sed -nr s/a/b/p file`             ¦ sed -r
            `noise='a\\|b'`                    ¦ use -E
            `sed 's/a\\+/b/'`                  ¦ use -E
            `grep -oP 'a(?=b)'`                ¦ grep -P
            `date -d yesterday`                ¦ date -d
            `date +%s%N`                       ¦ date -d, -I and %N
            `stat -c %s file`                  ¦ stat
            `mktemp --suffix .yaml`            ¦ mktemp
            `ls | xargs -r rm`                 ¦ xargs
            `head -n -1`                       ¦ head
            `base64 -w 0`                      ¦ base64
            `find -name x`                     ¦ find
            `find . -printf %p`                ¦ find
            `mv -T a b`                        ¦ -t and -T
            `rm -r --force a`                  ¦ long options
            `if ! timeout 5 make; then`        ¦ such program
            `sum=$(sha256sum file)`            ¦ such program
            `awk '{ print strftime("%s") }'`   ¦ function of awk
            """)
    void whatMacOsLacksIsNoticed(String script, String complaint) {
        assertThat(Portability.complaints("true\n" + script))
                .singleElement()
                .asString()
                .startsWith("2: ")
                .contains(complaint);
    }

    @Test
    void emptyArrayIsNoticed() {
        assertThat(Portability.complaints("set -u\na=()\ncat \"${a[@]}\""))
                .singleElement()
                .asString()
                .startsWith("3: Bash 3.2 has no empty array");
        assertThat(Portability.complaints("a=()\ncat \"${a[@]+\"${a[@]}\"}\"")).isEmpty();
        assertThat(Portability.complaints("a=(b)\ncat \"${a[@]}\"")).isEmpty();
    }

    /** What looks like it, but is there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "local -a names",
                "echo ${EPOCHREALTIME:-$(date +%s)}",
                "echo \"${name/,/.}\" \"${name:0:12}\" \"${names[@]}\"",
                "kubectl wait --timeout=5s pod",
                "a) b ;;",
                "a && b",
                "sed -i.orig s/a/b/ file",
                "sed -E 's/(a|b)\\+/c/'",
                "date -u +%Y-%m-%dT%H:%M:%SZ",
                "LC_ALL=C date -u -d \"$1\" +%s 2>/dev/null ||",
                "command -v kubectl",
                "kubectl | grep -xF a >/dev/null",
                "if ! grep -q a <<<\"$b\" || grep -q c <<<\"$b\"; then",
                "  grep -q a <<<\"$b\"; then",
                "free=$(df -Pk /)",
                "mktemp -d",
                "head -n 1",
                "find . -name x",
                "git rm -q --cached x",
                "# declare -A",
                "wait $!"
            })
    void whatMacOsHasIsLeftAlone(String script) {
        assertThat(Portability.complaints(script)).isEmpty();
    }
}
