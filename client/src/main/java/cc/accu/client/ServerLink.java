package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.client.Segments.Piece;
import cc.accu.client.Sender.Settings;
import cc.accu.client.Sender.Settings.Wire;
import cc.accu.internal.tls.CloseNotify;
import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericProgressiveFutureListener;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server: gives the channel what waits in the {@link SendQueue}, a little at a time, once for each
 * turn of the event loop, and notes what was written. All else is for its {@link Protocol}. It ends once, and is inert
 * from then on. Event-loop confined, but for what says otherwise.
 */
final class ServerLink extends ChannelInboundHandlerAdapter {
    private static final int MOST_BYTES_WITH_CHANNEL = 512 * 1024;
    private static final int MOST_PIECES_WITH_CHANNEL = 64;

    private final Channel channel;
    private final SendQueue queue;
    private final Protocol protocol;
    private final Deadline writeDeadline;
    private final AtomicBoolean turnIsComing = new AtomicBoolean();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private int piecesWithChannel;
    private long bytesWithChannel;
    private int writtenOfFirst;
    private boolean outputEnded;
    private boolean ended;

    /** What is said on a connection besides lines. Called on the event loop. */
    interface Protocol {
        /** The connection is there. */
        default void opened() {}

        /** Whether lines may be written now. */
        default boolean mayWrite() {
            return true;
        }

        /**
         * Lines are with the channel.
         *
         * @param number of the last one, over all connections
         */
        default void handed(long number) {}

        /** The server said something. */
        default void read(ByteBuf in) {}

        /** The connection broke, or was ended: it is for the protocol to {@link ServerLink#end} it, now or soon. */
        void lost(ConversationEnd how);
    }

    /**
     * @param writeTimeout zero for none
     * @param protocol of this link
     */
    ServerLink(Channel channel, SendQueue queue, Duration writeTimeout, Function<ServerLink, Protocol> protocol) {
        this.channel = channel;
        this.queue = queue;
        this.writeDeadline = new Deadline(writeTimeout, timeout -> lose("i/o timeout after " + Settings.text(timeout)));
        this.protocol = protocol.apply(this);
    }

    /**
     * Connects, as {@link Transport#connect} does, and agrees on TLS where the endpoint wants it. Each address of a host is
     * tried on a channel of its own: the last link that was opened is the one that connected. Any thread; may block.
     *
     * @param timeout positive, for all of it
     */
    static CompletableFuture<Channel> connect(
            Endpoint endpoint, Wire wire, EventLoops loops, Duration timeout, Function<Channel, ServerLink> opener) {
        return endpoint instanceof Endpoint.Tcp tcp && tcp.isTls()
                ? TlsOpening.connect(tcp, wire, loops, timeout, opener)
                : wire.transport(endpoint)
                        .connect(
                                loops,
                                initializer(channel -> channel.pipeline().addLast(opener.apply(channel))),
                                timeout);
    }

    static ChannelInitializer<Channel> initializer(Consumer<Channel> initial) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                initial.accept(channel);
            }
        };
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    boolean hasEnded() {
        return ended;
    }

    /**
     * A deadline for what is due from the server.
     *
     * @param timeout zero for none
     * @param expired gets the timeout that passed
     */
    Deadline deadline(Duration timeout, Consumer<Duration> expired) {
        return new Deadline(timeout, expired);
    }

    /** Whether we have nothing more to say, so that the end of the server's side is as it should be. */
    boolean outputHasEnded() {
        return outputEnded;
    }

    /** Writes what is not a line of the queue. */
    void say(String text) {
        assert loop().inEventLoop();
        channel.writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), text));
    }

    /** There is something to write. Any thread. */
    void requestTurn() {
        if (turnIsComing.compareAndSet(false, true)) {
            EventLoops.execute(loop(), this::turn);
        }
    }

    private void turn() {
        turnIsComing.set(false);
        write();
    }

    private void write() {
        assert loop().inEventLoop();
        long number = -1;
        while (!ended && protocol.mayWrite() && hasRoom()) {
            Optional<Piece> piece = queue.next();
            if (piece.isEmpty()) {
                break;
            }
            number = piece.get().end().messages();
            write(piece.get());
        }
        if (number >= 0) {
            writeDeadline.begin();
            protocol.handed(number);
            channel.flush();
        }
    }

    private boolean hasRoom() {
        return bytesWithChannel < MOST_BYTES_WITH_CHANNEL && piecesWithChannel < MOST_PIECES_WITH_CHANNEL;
    }

    private void write(Piece piece) {
        piecesWithChannel++;
        bytesWithChannel += piece.bytes();
        ChannelProgressivePromise promise = channel.newProgressivePromise();
        promise.addListener(new GenericProgressiveFutureListener<ChannelProgressiveFuture>() {
            private boolean complete;

            @Override
            public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
                complete = progress == piece.bytes();
                written(piece, (int) progress);
            }

            // TLS tells no progress: what it writes is not what it was given.
            @Override
            public void operationComplete(ChannelProgressiveFuture future) {
                if (future.isSuccess()) {
                    if (!complete) {
                        written(piece, piece.bytes());
                    }
                    write();
                } else {
                    lose(ConversationEnd.of(Kind.UNWRITABLE, Objects.requireNonNull(future.cause())));
                }
            }
        });
        channel.write(piece.lines(), promise);
    }

    /** Of the piece that was handed to the channel before all others that are not wholly written. */
    private void written(Piece piece, int bytes) {
        assert loop().inEventLoop();
        if (ended) {
            return;
        }
        bytesWithChannel -= bytes - writtenOfFirst;
        writtenOfFirst = bytes;
        if (bytes == piece.bytes()) {
            piecesWithChannel--;
            writtenOfFirst = 0;
        }
        queue.written(piece, bytes);
        writeDeadline.progressed(piecesWithChannel > 0);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        opened();
    }

    /** The connection is there. */
    void opened() {
        protocol.opened();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            protocol.read(in);
        } finally {
            in.release();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            lose(ConversationEnd.CLOSED);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lose(ConversationEnd.CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        lose(ConversationEnd.of(Kind.BROKEN, cause));
    }

    private void lose(String why) {
        lose(new ConversationEnd(Kind.BROKEN, why));
    }

    /** It is of no more use. */
    void lose(ConversationEnd how) {
        assert loop().inEventLoop();
        if (!ended) {
            protocol.lost(how);
        }
    }

    /**
     * Closes the connection.
     *
     * @param told runs before whoever waits for the end knows of it
     */
    void end(Runnable told) {
        assert loop().inEventLoop();
        ended = true;
        writeDeadline.cancel();
        channel.close();
        told.run();
        over.complete(null);
    }

    /** Waits from now on no longer than {@code most} for bytes to be written. Any thread. */
    void tightenWriteTimeout(Duration most) {
        EventLoops.execute(loop(), () -> writeDeadline.tighten(most));
    }

    /** Ends our output; completes when the server has ended its own, or the connection is gone. Any thread. */
    CompletableFuture<Void> finish() {
        EventLoops.execute(loop(), () -> {
            if (!ended) {
                outputEnded = true;
                CloseNotify.endOutput(channel);
            }
        });
        return over;
    }

    /** Ends it now; completes when it has noted what it wrote. Any thread. */
    CompletableFuture<Void> abandon(String why) {
        EventLoops.execute(loop(), () -> lose(why));
        return over;
    }

    /** Closes the connection as it is. Any thread. */
    void close() {
        channel.close();
    }

    /**
     * Fires once when something is due from the peer, bytes to be taken or acks to be given, and nothing came of it for the
     * timeout. A slow peer that moves never fires it. Event-loop confined.
     */
    final class Deadline {
        private final Consumer<Duration> expired;
        private Duration timeout;
        private long lastProgressAt;
        private boolean due;
        private @Nullable Future<?> check;

        private Deadline(Duration timeout, Consumer<Duration> expired) {
            this.timeout = timeout;
            this.expired = expired;
        }

        /** Waits from now on no longer than {@code most}, and counts from now. */
        void tighten(Duration most) {
            assert loop().inEventLoop();
            if (timeout.isZero() || timeout.compareTo(most) > 0) {
                timeout = most;
            }
            lastProgressAt = System.nanoTime();
            stop();
            startIfNeeded();
        }

        /** Something is due. */
        void begin() {
            assert loop().inEventLoop();
            if (!due) {
                due = true;
                lastProgressAt = System.nanoTime();
                startIfNeeded();
            }
        }

        /** Something came of it. */
        void progressed(boolean moreIsDue) {
            assert loop().inEventLoop();
            lastProgressAt = System.nanoTime();
            due = moreIsDue;
        }

        /** Never fires again. */
        void cancel() {
            assert loop().inEventLoop();
            due = false;
            stop();
        }

        private void stop() {
            if (check != null) {
                check.cancel(false);
                check = null;
            }
        }

        private void startIfNeeded() {
            if (due && check == null && !timeout.isZero()) {
                schedule(timeout.toNanos());
            }
        }

        private void schedule(long nanos) {
            check = loop().schedule(this::check, nanos, TimeUnit.NANOSECONDS);
        }

        private void check() {
            check = null;
            if (!due) {
                return;
            }
            long left = lastProgressAt + timeout.toNanos() - System.nanoTime();
            if (left > 0) {
                schedule(left);
            } else {
                due = false;
                expired.accept(timeout);
            }
        }
    }
}
