package cc.accu.line;

/** The framing of one connection, as {@link LineFraming#appendTo} made it. Event-loop confined. */
public interface LineInput {
    /** Memory that is held for a line whose terminator has not come yet, in bytes. */
    int heldBytes();

    /**
     * When bytes came last, in milliseconds since 1970; 0 before the first. Any thread, to which it may look a little
     * older: it is written for each read, and so without a barrier.
     */
    long lastReadMillis();

    /**
     * Takes memory for so many more bytes of that line, if the line is long.
     *
     * @throws OutOfMemoryError when there is none; nothing is lost
     */
    void makeRoom(int bytes);

    /**
     * Whether the unfinished line, as far as it is here, and {@code text}, which is ASCII, have the same start: one may go
     * further than the other.
     */
    boolean startsLike(String text);

    /**
     * Makes the line that is being handed on a greeting: numbers start again, at 1 with the next line. From there on a
     * line over the limit ends the input, whatever the policy for long lines is.
     */
    void startAgain();

    /**
     * The connection is known to be broken, as when something could not be written to it. However its input ends now, it
     * does not end in order: the system reports a reset once.
     */
    void breakOff();
}
