package hello.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of promises: each of its tests has a display name, which is the promise, and runs on the cluster that
 * {@code make up} made. When the class runs, and under which heading it is listed, is in {@link RunOrder}. No test may
 * take longer than half an hour; the longest takes minutes. {@link TimeLimit} ends a run that takes too long.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("e2e")
@ExtendWith({TimeLimit.class, Promises.class})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@interface ClusterTest {}
