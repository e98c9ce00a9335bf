package cc.accu.line;

import java.util.Locale;

/** What to do with a line that is longer than {@link LineFraming#maxLineBytes()}. */
public enum LongLine {
    /** Hand it on in pieces of the longest length allowed, all but the last marked as cut. */
    SPLIT,
    /** Drop it, and say how long it was. */
    SKIP,
    /** Drop it and take nothing more from this sender, as Go's {@code bufio.Scanner} does. */
    CLOSE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
