package cc.accu.client;

import cc.accu.client.Farewell.Kind;
import cc.accu.internal.framing.AckLine;
import cc.accu.transport.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One connection that speaks {@code accu/1}: says the hello, waits for the welcome, writes lines from the first one that
 * is not settled, and settles what the server acknowledges. It ends once, tells its owner, and is inert from then on.
 * Event-loop confined, but for {@link #requestTurn}, {@link #finish} and {@link #abandon}.
 */
final class Conversation extends ChannelInboundHandlerAdapter {
    private static final Duration PATIENCE_FOR_LAST_ACKS = Duration.ofMillis(500);

    /** Who started it. Called on the event loop. */
    interface Owner {
        void welcomed(Conversation by, AckLine.Welcome welcome);

        void ended(Conversation which, Farewell farewell);
    }

    private final Channel channel;
    private final Endpoint endpoint;
    private final Duration welcomeTimeout;
    private final Unacknowledged lines;
    private final Owner owner;
    private final PieceWriter writer;
    private final Deadline ackDeadline;
    private final Answers answers = new Answers();
    private final AtomicBoolean turnIsComing = new AtomicBoolean();
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private @Nullable Future<?> welcomeTimer;
    private boolean welcomed;
    private boolean ended;
    private long before;
    private long acknowledged;
    private long settled;

    Conversation(Channel channel, Endpoint endpoint, Settings settings, Unacknowledged lines, Owner owner) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.welcomeTimeout = settings.connectTimeout();
        this.lines = lines;
        this.owner = owner;
        Deadline writeDeadline = new Deadline(
                channel.eventLoop(),
                settings.writeTimeout(),
                timeout -> lose("i/o timeout after " + Durations.text(timeout)));
        this.writer = new PieceWriter(channel, lines, writeDeadline, this::cannotWrite);
        this.ackDeadline = new Deadline(
                channel.eventLoop(),
                settings.acks().timeout(),
                timeout -> lose("i/o timeout: no ack for " + Durations.text(timeout)));
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), AckLine.HELLO + "\n"));
        welcomeTimer = channel.eventLoop()
                .schedule(
                        () -> end(Kind.SILENT, "it answered nothing within " + Durations.text(welcomeTimeout), null),
                        welcomeTimeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** There is something to write. Any thread. */
    void requestTurn() {
        if (turnIsComing.compareAndSet(false, true)) {
            channel.eventLoop().execute(this::turn);
        }
    }

    private void turn() {
        turnIsComing.set(false);
        if (welcomed && !ended) {
            writer.write();
            if (writer.handed() > acknowledged) {
                ackDeadline.begin();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            answers.read(in, this::answered);
            settle();
        } finally {
            in.release();
        }
    }

    private void answered(String line) {
        if (ended) {
            return;
        }
        AckLine answer = AckLine.parse(line).orElse(null);
        if (answer instanceof AckLine.Err err && err.code() != AckLine.Code.BAD_HELLO) {
            refused(err);
        } else if (!welcomed && answer instanceof AckLine.Welcome welcome) {
            welcomed(welcome);
        } else if (welcomed && answer instanceof AckLine.Ack ack) {
            acknowledged(ack.upTo(), line);
        } else if (welcomed) {
            end(Kind.WRONG, "said " + Answers.shown(line) + ", which is no answer of accu/1" + ended(line), null);
        } else {
            end(Kind.FOREIGN, "it answered " + Answers.shown(line) + ended(line), null);
        }
    }

    /** What is not to be seen in a line that would be right without it. */
    private static String ended(String line) {
        boolean hasReturn = line.endsWith("\r")
                && AckLine.parse(line.substring(0, line.length() - 1)).isPresent();
        return hasReturn ? ", ended by CR LF, and accu/1 has LF alone" : "";
    }

    private void welcomed(AckLine.Welcome welcome) {
        welcomed = true;
        Objects.requireNonNull(welcomeTimer).cancel(false);
        before = lines.restart(welcome.maxLine());
        writer.start(before);
        settled = before;
        acknowledged = before;
        owner.welcomed(this, welcome);
        requestTurn();
    }

    private void acknowledged(long upTo, String line) {
        long number = before + upTo;
        if (number < acknowledged || number > writer.handed()) {
            end(
                    Kind.WRONG,
                    "said " + Answers.shown(line) + " when " + (writer.handed() - before) + " lines were sent and "
                            + (acknowledged - before) + " acknowledged",
                    null);
        } else {
            acknowledged = number;
        }
    }

    /** Acks that came together are settled together. */
    private void settle() {
        if (acknowledged > settled && !ended) {
            if (settled == before) {
                // Lines may have had to wait for this.
                requestTurn();
            }
            settled = acknowledged;
            ackDeadline.progressed(writer.handed() > settled);
            lines.acknowledge(settled);
        }
    }

    private void refused(AckLine.Err err) {
        settle();
        String said = "said " + Answers.shown(err.toString());
        if (err.code() != AckLine.Code.TOO_LONG) {
            end(Kind.REFUSED, "it " + said, null);
        } else if (welcomed && before + err.line() == acknowledged + 1 && err.line() <= writer.handed() - before) {
            settled = ++acknowledged;
            lines.refuseFirst();
            end(Kind.REFUSED, "it " + said, null);
        } else {
            end(Kind.WRONG, said + " when " + (acknowledged - before) + " lines were acknowledged", null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            lose(BrokenConnection.CLOSED_BY_PEER);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lose(BrokenConnection.CLOSED_BY_PEER);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(Kind.LOST, BrokenConnection.describe(cause), cause);
    }

    /** What the server said before it went away can still be read, and is worth having. */
    private void cannotWrite(Throwable cause) {
        if (!ended) {
            channel.eventLoop()
                    .schedule(
                            () -> end(Kind.LOST, BrokenConnection.describe(cause), cause),
                            PATIENCE_FOR_LAST_ACKS.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void lose(String why) {
        end(Kind.LOST, why, null);
    }

    private void end(Kind kind, String why, @Nullable Throwable cause) {
        if (ended) {
            return;
        }
        settle();
        ended = true;
        writer.stop();
        ackDeadline.cancel();
        if (welcomeTimer != null) {
            welcomeTimer.cancel(false);
        }
        channel.close();
        owner.ended(this, new Farewell(kind, why, cause, settled > before));
        ending.complete(null);
    }

    /** Ends our output; completes when the server has ended its own, or the connection is gone. Any thread. */
    CompletableFuture<Void> finish() {
        channel.eventLoop().execute(() -> {
            if (!ended) {
                ((DuplexChannel) channel).shutdownOutput();
            }
        });
        return ending;
    }

    /** Ends it now; completes when it has noted what it wrote. Any thread. */
    CompletableFuture<Void> abandon(String why) {
        channel.eventLoop().execute(() -> lose(why));
        return ending;
    }
}
