package cc.accu.line;

/** The framing of one connection, as {@link LineFraming#appendTo} made it. Event-loop confined. */
public interface LineInput {
    /** Bytes of a line whose terminator has not come yet, which the framing keeps. */
    int unfinishedBytes();

    /**
     * Makes the line that is being handed on a greeting: numbers start again, at 1 with the next line. From there on a
     * line over the limit ends the input, whatever the policy for long lines is.
     */
    void startAgain();
}
