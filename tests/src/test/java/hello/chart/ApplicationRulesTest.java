package hello.chart;

import static org.assertj.core.api.Assertions.assertThat;

import hello.support.PlantedFaults;
import hello.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Argo CD's settings are there, and each that is taken out is missed. */
class ApplicationRulesTest {

    @TempDir
    private Path folder;

    @Test
    void everyApplicationIsToldAll() {
        assertThat(ApplicationRules.broken(Repository.ROOT)).isEmpty();
    }

    static Stream<Arguments> faults() {
        return PlantedFaults.in("planted-argocd-faults.yaml");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void settingTakenOutIsMissed(PlantedFaults fault) throws IOException {
        for (String part : new String[] {"argocd", "gitops/platform"}) {
            for (Path file : Repository.find(Repository.path(part), ".*")) {
                Path copy = folder.resolve(Repository.ROOT.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Path planted = folder.resolve(fault.file());
        Chart.write(planted, fault.into(Repository.read(planted)));
        assertThat(ApplicationRules.broken(folder)).anyMatch(sentence -> sentence.contains(fault.complaint()));
    }
}
