package hello.e2e;

import hello.e2e.Fault.Loss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What came of a soak.
 *
 * @param rounds that were run
 * @param lost each request to production that was lost
 * @param perPod how many requests may be open on a pod that goes
 * @param atMost seconds until all has to be well after the end of a fault
 */
record SoakReport(List<Round.Result> rounds, List<Prober.Loss> lost, int perPod, double atMost) {

    /** How the ingress controller answers what was open on a pod that went: nobody's connection to it breaks. */
    private static final Set<String> OPEN = Set.of("status 502", "status 504");

    /** A row for each kind of fault. */
    String table() {
        Map<String, List<Round.Result>> kinds = new LinkedHashMap<>();
        for (Round.Result round : rounds) {
            round.faults()
                    .forEach(fault -> kinds.computeIfAbsent(fault.name(), name -> new ArrayList<>())
                            .add(round));
        }
        StringBuilder table = new StringBuilder(
                "| fault | times | with another one | well again, at most | lost |\n|---|---|---|---|---|\n");
        kinds.forEach((name, its) -> table.append("| %s | %d | %d | %.1f s | %d |\n"
                .formatted(
                        name,
                        its.size(),
                        doubles(its),
                        longest(its),
                        its.stream().mapToInt(round -> round.of(lost).size()).sum())));
        return table.toString();
    }

    /** In one line. */
    String summary() {
        int away =
                rounds.stream().mapToInt(round -> round.whileAway(lost).size()).sum();
        String line = "%d rounds, %d with two faults; lost %d while the ingress controller was away, %d besides;"
                + " well after %.1f s";
        return line.formatted(rounds.size(), doubles(rounds), away, lost.size() - away, longest(rounds));
    }

    private static long doubles(List<Round.Result> rounds) {
        return rounds.stream().filter(Round.Result::isDouble).count();
    }

    private static double longest(List<Round.Result> rounds) {
        return rounds.stream().mapToDouble(Round.Result::secondsToWell).max().orElse(0);
    }

    /** A sentence for each thing that is not as promised. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        List<Prober.Loss> between = new ArrayList<>(lost);
        for (Round.Result round : rounds) {
            complaints(round)
                    .forEach(text -> complaints.add("round " + round.number() + ", " + round.faults() + ": " + text));
            between.removeAll(round.of(lost));
        }
        if (!between.isEmpty()) {
            complaints.add("lost between the rounds: " + byReason(between));
        }
        return complaints;
    }

    private List<String> complaints(Round.Result round) {
        List<String> complaints = new ArrayList<>();
        List<Prober.Loss> besides = new ArrayList<>(round.of(lost));
        besides.removeAll(round.whileAway(lost));
        long open = perPod
                * round.faults().stream()
                        .filter(fault -> fault.loss() == Loss.OPEN_ON_A_POD)
                        .count();
        if (besides.size() > open) {
            complaints.add("more than " + open + " lost: " + byReason(besides));
        }
        if (besides.stream().anyMatch(loss -> !OPEN.contains(loss.reason()))) {
            complaints.add("lost in a way that is not permitted: " + byReason(besides));
        }
        if (round.secondsToWell() > atMost) {
            complaints.add("well only " + round.secondsToWell() + " s after the end");
        }
        return complaints;
    }

    /** How many for each reason. */
    static Map<String, Long> byReason(List<Prober.Loss> lost) {
        return lost.stream().collect(Collectors.groupingBy(Prober.Loss::reason, TreeMap::new, Collectors.counting()));
    }
}
