package hello.e2e;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A promise: what one test on the cluster shows.
 *
 * @param text the test's display name
 * @param type the test's class
 * @param method the test's name in it
 * @param heading where docs/promises.md lists it
 */
record Promise(String text, Class<?> type, String method, RunOrder.Heading heading) {

    /**
     * Finds all promises. Asks no cluster: no class is initialized.
     *
     * @return the promises as docs/promises.md lists them: by heading, and below it as they run
     */
    static List<Promise> all() {
        return RunOrder.CLASSES.stream()
                .sorted(Comparator.comparing(RunOrder.Entry::heading))
                .flatMap(Promise::of)
                .toList();
    }

    private static Stream<Promise> of(RunOrder.Entry entry) {
        return Arrays.stream(entry.type().getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparingInt(Promise::position).thenComparing(Method::getName))
                .map(method -> new Promise(
                        method.getAnnotation(DisplayName.class).value(),
                        entry.type(),
                        method.getName(),
                        entry.heading()));
    }

    /** The test as Maven's {@code -Dtest} takes it, for example {@code BadReleaseIT#crash}. */
    String test() {
        return type.getSimpleName() + "#" + method;
    }

    /** Whether it takes too long to run with the others. */
    boolean nightly() {
        return type.isAnnotationPresent(Tag.class);
    }

    /** Whether it is one of that class. */
    boolean isOf(Class<?> other) {
        return type == other;
    }

    private static int position(Method method) {
        Order order = method.getAnnotation(Order.class);
        return order == null ? Order.DEFAULT : order.value();
    }
}
