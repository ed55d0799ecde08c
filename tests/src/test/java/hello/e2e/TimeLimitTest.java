package hello.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeLimitTest {

    @ParameterizedTest(name = "{0} of {1}: {2}")
    @CsvSource({"PT0S, PT60M, true", "PT59M59S, PT60M, true", "PT60M, PT60M, false", "PT2H, PT60M, false"})
    void noClassBeginsAfterTheLimit(Duration age, Duration limit, boolean begins) {
        assertThat(TimeLimit.decide(age, limit).isDisabled()).isNotEqualTo(begins);
    }

    @Test
    void theReasonNamesBoth() {
        assertThat(TimeLimit.decide(Duration.ofMinutes(61), Duration.ofMinutes(60))
                        .getReason())
                .hasValue("not tried: the run has taken 61 minutes, and no class begins after 60");
    }
}
