package cc.accu.line;

import java.util.Locale;

/** What it takes to lose a line that a sink calls stored, weakest first. */
public enum Durability {
    /** Nothing is promised beyond this process: counted, or handled by a program. */
    NONE,
    /** The operating system has it: it survives the end of this process, not of the machine. */
    WRITTEN,
    /** It is on the disk: it survives a power cut. */
    FSYNC,
    /** Other machines have it. */
    REPLICATED;

    /** The name in the welcome of {@code accu/1}, for example {@code fsync}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
