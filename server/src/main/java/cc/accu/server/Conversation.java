package cc.accu.server;

import cc.accu.internal.framing.AckLine;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What we say to one sender that asked for acknowledgements. At most one answer is with the channel; of what waits behind
 * it only the newest number is kept, so that a sender who never reads costs nothing. Event-loop confined.
 */
final class Conversation {
    private final Channel channel;
    private final Runnable whenSilent;
    private final Runnable whenBroken;
    private final Deque<Delivery> deliveries = new ArrayDeque<>();
    private long storedLines;
    private long saidLines;
    private boolean writing;
    private boolean turnIsComing;
    private boolean deaf;
    private boolean refusalSaid;
    private @Nullable Refusal refusal;

    private record Refusal(AckLine.Code code, String text) {}

    /**
     * @param whenSilent called when the last of what there is to say was said
     * @param whenBroken called when something could not be said
     */
    Conversation(Channel channel, Runnable whenSilent, Runnable whenBroken) {
        this.channel = channel;
        this.whenSilent = whenSilent;
        this.whenBroken = whenBroken;
    }

    void welcome(AckLine.Welcome welcome) {
        write(welcome);
    }

    void handedOver(Delivery delivery) {
        deliveries.add(delivery);
    }

    /** The outcome of some delivery is known. Stored lines count once all lines before them do. */
    void advance() {
        for (Delivery head = deliveries.peek();
                head != null && head.outcome != Delivery.Outcome.OPEN;
                head = deliveries.peek()) {
            if (head.outcome == Delivery.Outcome.FAILED) {
                sinkFailed();
                return;
            }
            deliveries.remove();
            storedLines += head.lines;
        }
        requestTurn();
    }

    /** Nothing more will be stored: the sender hears it at once, whatever is still with other sinks. */
    void sinkFailed() {
        deliveries.clear();
        refuse(AckLine.Code.STORE_FAILED, "a sink has failed, see the server's log");
    }

    /** Ends the conversation: the lines taken so far are acknowledged when stored, then the sender hears why. */
    void refuse(AckLine.Code code, String text) {
        if (refusal == null) {
            refusal = new Refusal(code, text);
        }
        requestTurn();
    }

    /** Whether the sender has heard why it ended, or cannot hear anything. */
    boolean isOver() {
        return deaf || (refusalSaid && !writing);
    }

    /** Whether nothing is left to be said. */
    boolean isSilent() {
        boolean saidAll = storedLines == saidLines && deliveries.isEmpty() && (refusal == null || refusalSaid);
        return deaf || (!writing && saidAll);
    }

    /** All that is settled in one go is said in one answer. */
    private void requestTurn() {
        if (!turnIsComing) {
            turnIsComing = true;
            channel.eventLoop().execute(this::turn);
        }
    }

    private void turn() {
        turnIsComing = false;
        if (writing || deaf) {
            return;
        }
        if (storedLines > saidLines) {
            saidLines = storedLines;
            write(new AckLine.Ack(saidLines));
        } else if (refusal != null && !refusalSaid && deliveries.isEmpty()) {
            refusalSaid = true;
            write(new AckLine.Err(storedLines + 1, refusal.code, refusal.text));
        } else if (isSilent()) {
            whenSilent.run();
        }
    }

    private void write(AckLine answer) {
        writing = true;
        try {
            channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), answer + "\n"))
                    .addListener(this::written);
        } catch (OutOfMemoryError failure) {
            written(channel.newFailedFuture(failure));
        }
    }

    private void written(Future<?> done) {
        writing = false;
        if (!done.isSuccess()) {
            deaf = true;
            whenBroken.run();
        }
        if (deaf) {
            whenSilent.run();
        } else {
            turn();
        }
    }
}
