package cc.accu.internal.framing;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.line.Origin;
import io.netty.channel.ChannelPipeline;

/**
 * The framing of one connection. What comes out of its handlers, in order, are {@link LineBatch}es, which the next handler
 * owns, and {@link Dropped} events; when the input has ended, for whatever reason, at least one
 * {@link io.netty.channel.socket.ChannelInputShutdownEvent} or {@code channelInactive} follows the last of them. Event-loop
 * confined.
 */
public interface LineInput {
    /** Of the first handler that holds bytes: what finds out who is there has its place before it. */
    String NAME = "lines";

    /**
     * The user event that follows a line which was too long and is not handed on. It comes in its place among the batches
     * of its connection.
     *
     * @param number the line's number in its connection, from 1
     * @param bytes its length without the terminator; with {@link LongLine#CLOSE} what had been seen of it
     * @param inputEnded whether nothing more is taken from this sender
     */
    record Dropped(long number, long bytes, boolean inputEnded) {}

    /** Appends the framing handlers, for a connection from {@code origin}. */
    static LineInput appendTo(ChannelPipeline pipeline, LineFraming framing, Origin origin) {
        LineDecoder decoder = new LineDecoder(framing, origin);
        if (!framing.readTimeout().isZero() || !framing.lineTimeout().isZero()) {
            pipeline.addLast("deadlines", new ReadDeadlines(framing, decoder));
        }
        pipeline.addLast(NAME, decoder);
        return decoder;
    }

    /**
     * Ends the input from our side: the next handler gets {@code end} as an event, then what is left of an unfinished
     * line, marked with it; then the input counts as shut down, and whatever else arrives is dropped. Event loop of the
     * channel only.
     */
    static void end(ChannelPipeline pipeline, End end) {
        assert pipeline.channel().eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        pipeline.fireUserEventTriggered(end);
    }

    /** Where the lines come from, from now on. */
    void comesFrom(Origin origin);

    /** Whether some bytes of a line have come and its terminator has not. */
    boolean inLine();

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
