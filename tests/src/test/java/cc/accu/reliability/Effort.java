package cc.accu.reliability;

/**
 * How much of a run, and how strictly.
 *
 * @param rounds how often the fault happens
 * @param seed of everything that is random
 * @param patience time limits are multiplied by it: more than 1 where other work shares the machine
 */
record Effort(int rounds, long seed, double patience) {
    int patient(int millis) {
        return (int) (millis * patience);
    }
}
