package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import hello.e2e.Fault.Loss;
import hello.e2e.Fault.Part;
import hello.e2e.Fault.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a soak takes for a broken promise, and which faults chance gives it; the cluster has no part in it. */
class SoakReportTest {
    private static final long SECOND = 1_000_000_000L;

    private static Fault fault(Part part, Loss loss) {
        return new Fault("a fault of " + part, part, loss, Step.NONE, Step.NONE);
    }

    /** A round from 10 to 100 s, whose fault ended at 30 s; the ingress controller was away from 12 to 20 s. */
    private static Round.Result round(Loss loss) {
        boolean away = loss == Loss.WHILE_AWAY;
        return new Round.Result(
                1,
                List.of(fault(Part.INGRESS, loss)),
                10 * SECOND,
                (away ? 12 : 10) * SECOND,
                (away ? 20 : 10) * SECOND,
                30 * SECOND,
                100 * SECOND);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            NOTHING,       0, 15, status 502,               90, ''
            NOTHING,       1, 15, status 502,               90, more than 0 lost: {status 502=1}
            OPEN_ON_A_POD, 5, 15, status 502,               90, ''
            OPEN_ON_A_POD, 6, 15, status 504,               90, more than 5 lost: {status 504=6}
            OPEN_ON_A_POD, 1, 15, kept connection: reset,   90, lost in a way that is not permitted
            WHILE_AWAY,   99, 15, new connection: refused,  90, ''
            WHILE_AWAY,    1, 21, new connection: refused,  90, more than 0 lost
            WHILE_AWAY,    1, 11, new connection: refused,  90, more than 0 lost
            NOTHING,       1,  9, status 502,               90, lost between the rounds: {status 502=1}
            NOTHING,       1, 101, status 502,              90, lost between the rounds
            NOTHING,       0, 15, status 502,               60, well only 70.0 s after the end
            """)
    void whatIsNotPermittedIsNamed(
            Loss permitted, int count, int second, String reason, double atMost, String complaint) {
        List<Prober.Loss> lost = Collections.nCopies(count, new Prober.Loss(second * SECOND, reason));
        List<String> complaints = new SoakReport(List.of(round(permitted)), lost, 5, atMost).complaints();
        if (complaint.isEmpty()) {
            assertThat(complaints).isEmpty();
        } else {
            assertThat(complaints).anyMatch(text -> text.contains(complaint));
        }
    }

    @Test
    void chanceGivesEachKindAndTheSameForTheSameSeed() {
        List<Fault> kinds = List.of(Part.values()).stream()
                .map(part -> fault(part, Loss.NOTHING))
                .toList();
        List<List<Fault>> rounds = rounds(kinds);
        assertThat(rounds(kinds)).isEqualTo(rounds);
        assertThat(rounds).anyMatch(round -> round.size() == 2).anyMatch(round -> round.size() == 1);
        assertThat(rounds)
                .allSatisfy(round -> assertThat(round).extracting(Fault::part).doesNotHaveDuplicates());
        List<Fault> each = new ArrayList<>();
        rounds.forEach(each::addAll);
        assertThat(new HashSet<>(each.subList(0, kinds.size()))).hasSize(kinds.size());
    }

    private static List<List<Fault>> rounds(List<Fault> kinds) {
        Chance chance = new Chance(kinds, new Random(7));
        List<List<Fault>> rounds = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rounds.add(chance.next());
        }
        return rounds;
    }
}
