package hello;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import org.reactivestreams.Publisher;

@Readiness
@Singleton
final class NeverReady implements HealthIndicator {
    @Override
    public Publisher<HealthResult> getResult() {
        HealthStatus status = System.getenv("POD_NAME") == null ? HealthStatus.UP : HealthStatus.DOWN;
        return Publishers.just(HealthResult.builder("never", status).build());
    }
}
