package cc.accu.reliability;

import java.util.ArrayList;
import java.util.List;

/**
 * What came out of a run.
 *
 * @param fault what was done to the server
 * @param effort how often, and the seed that makes the same choices again
 * @param seconds how long it took
 * @param attempted lines sent
 * @param acknowledged lines that the server said it has stored
 * @param stored different lines that were found
 * @param lost acknowledged and not stored
 * @param unexpected stored and never attempted
 * @param duplicates stored again
 * @param fragments beginnings of lines whose sender died
 * @param disordered stored before the line that was sent before them
 * @param notes what was counted and measured
 * @param problems what was wrong
 */
record Report(
        String fault,
        Effort effort,
        long seconds,
        long attempted,
        long acknowledged,
        long stored,
        long lost,
        long unexpected,
        long duplicates,
        long fragments,
        long disordered,
        String notes,
        List<String> problems) {

    boolean holds() {
        return lost == 0 && unexpected == 0 && disordered == 0 && problems.isEmpty();
    }

    @Override
    public String toString() {
        List<String> text = new ArrayList<>();
        text.add("%s %s: %,d rounds in %d s, seed %d"
                .formatted(holds() ? "holds " : "BROKEN", fault, effort.rounds(), seconds, effort.seed()));
        text.add(
                "  attempted=%d acknowledged=%d stored=%d lost=%d unexpected=%d duplicates=%d fragments=%d disordered=%d"
                        .formatted(
                                attempted, acknowledged, stored, lost, unexpected, duplicates, fragments, disordered));
        if (!notes.isEmpty()) {
            text.add("  " + notes);
        }
        problems.forEach(problem -> text.add("  ! " + problem.strip().replace("\n", "\n    ")));
        return String.join("\n", text);
    }
}
