package hello.e2e;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Begins no further class of promises once the run is older than {@code -Dcluster.minutes}: on a slow machine a run
 * that says what it did not try is worth more than one that is ended from outside. Without that property there is no
 * limit. A class that has begun runs to its end.
 */
public final class TimeLimit implements ExecutionCondition {

    /** How old the run is: all classes of promises run in one JVM, one after the other. */
    private static Duration age() {
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("its class has begun");
        }
        Long minutes = Long.getLong("cluster.minutes");
        if (minutes == null) {
            return ConditionEvaluationResult.enabled("there is no time limit");
        }
        ConditionEvaluationResult result = decide(age(), Duration.ofMinutes(minutes));
        if (result.isDisabled()) {
            System.out.println(
                    "== " + context.getDisplayName() + " " + result.getReason().orElse(""));
        }
        return result;
    }

    /**
     * Decides whether a class may begin.
     *
     * @param age how long the run has taken so far
     * @param limit how long it may take until the last class begins
     * @return enabled within the limit, else disabled with the reason
     */
    static ConditionEvaluationResult decide(Duration age, Duration limit) {
        if (age.compareTo(limit) < 0) {
            return ConditionEvaluationResult.enabled("within the time limit");
        }
        return ConditionEvaluationResult.disabled(
                "not tried: the run has taken %d minutes, and no class begins after %d"
                        .formatted(age.toMinutes(), limit.toMinutes()));
    }
}
