package cc.accu.server.internal.receive;

import cc.accu.internal.framing.AckLine;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
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
public final class AckWriter {
    private final Channel channel;
    private final Runnable whenSilent;
    private final Runnable whenBroken;
    private final AckListener listener;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private long storedLines;
    private long saidLines;
    private boolean writing;
    private boolean turnIsComing;
    private boolean deaf;
    private boolean refusalSaid;
    private @Nullable Refusal refusal;

    /** Is told what a sender hears. Event loop. */
    public interface AckListener {
        /** Lines are stored, and all before them, so long after they came. */
        void acknowledged(int lines, long nanos);
    }

    private record Refusal(AckLine.Code code, String text) {}

    /**
     * @param whenSilent called when the last of what there is to say was said
     * @param whenBroken called when something could not be said
     */
    public AckWriter(Channel channel, Runnable whenSilent, Runnable whenBroken, AckListener listener) {
        this.channel = channel;
        this.whenSilent = whenSilent;
        this.whenBroken = whenBroken;
        this.listener = listener;
    }

    /** Whether a line was cut short, so that its sender knows that it was never acknowledged, and sends it again. */
    public static boolean isSentAgain(LineBatch batch) {
        return batch.end().filter(end -> end != End.EOF).isPresent();
    }

    /** Says what the sender gets. */
    public void welcome(AckLine.Welcome welcome) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        write(welcome);
    }

    /** A batch is with the sinks, behind those that are there already. */
    public void handedOver(InFlight batch) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        inFlight.add(batch);
    }

    /** What became of some batch is known. Stored lines count once all lines before them do. */
    public void advance() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        for (InFlight head = inFlight.peek();
                head != null && head.outcome != InFlight.Outcome.OPEN;
                head = inFlight.peek()) {
            if (head.outcome == InFlight.Outcome.FAILED) {
                sinkFailed();
                return;
            }
            inFlight.remove();
            storedLines += head.lines;
            listener.acknowledged(head.lines, System.nanoTime() - head.sinceNanos);
        }
        requestTurn();
    }

    /** Nothing more will be stored: the sender hears it at once, whatever is still with other sinks. */
    public void sinkFailed() {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        inFlight.clear();
        refuse(AckLine.Code.STORE_FAILED, "a sink has failed, see the server's log");
    }

    /** Ends the conversation: the lines taken so far are acknowledged when stored, then the sender hears why. */
    public void refuse(AckLine.Code code, String text) {
        assert channel.eventLoop().inEventLoop()
                : "called from " + Thread.currentThread().getName();
        if (refusal == null) {
            refusal = new Refusal(code, text);
        }
        requestTurn();
    }

    /** Whether the sender has heard why it ended, or cannot hear anything. */
    public boolean isOver() {
        return deaf || (refusalSaid && !writing);
    }

    /** Whether nothing is left to be said. */
    public boolean isSilent() {
        boolean saidAll = storedLines == saidLines && inFlight.isEmpty() && (refusal == null || refusalSaid);
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
        } else if (refusal != null && !refusalSaid && inFlight.isEmpty()) {
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

    /** A batch that is with the sinks, and what became of it. Event-loop confined. */
    public static final class InFlight {
        final int lines;
        private final int heldBytes;
        private final long sinceNanos = System.nanoTime();
        Outcome outcome = Outcome.OPEN;

        /** What became of it. */
        enum Outcome {
            OPEN,
            STORED,
            FAILED
        }

        public InFlight(LineBatch batch) {
            this.lines = batch.count();
            this.heldBytes = batch.heldBytes();
        }

        /** How many lines it has. */
        public int lines() {
            return lines;
        }

        /** Memory that it holds until it is settled. */
        public int heldBytes() {
            return heldBytes;
        }

        /** It is known what became of it. */
        public void settled(boolean stored) {
            outcome = stored ? Outcome.STORED : Outcome.FAILED;
        }
    }
}
