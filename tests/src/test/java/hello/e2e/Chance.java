package hello.e2e;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Picks the faults of the rounds: each kind once, in an order of chance, before any comes again. */
final class Chance {
    private final List<Fault> kinds;
    private final Random random;
    private final Deque<Fault> next = new ArrayDeque<>();

    Chance(List<Fault> kinds, Random random) {
        this.kinds = kinds;
        this.random = random;
    }

    /** One fault, or in two of five rounds two of different parts. */
    List<Fault> next() {
        Fault first = pick();
        if (random.nextInt(5) > 1) {
            return List.of(first);
        }
        Fault second = pick();
        if (second.part() == first.part()) {
            next.push(second);
            return List.of(first);
        }
        return List.of(first, second);
    }

    private Fault pick() {
        if (next.isEmpty()) {
            List<Fault> shuffled = new ArrayList<>(kinds);
            Collections.shuffle(shuffled, random);
            next.addAll(shuffled);
        }
        return next.pop();
    }
}
