package cc.accu.client;

import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.GenericProgressiveFutureListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket: gives the channel what waits in the {@link Outbound}, once for each turn of the event loop, and reads and
 * discards what the server says, so that its close is noticed. Public methods of the client call in from any thread;
 * what the channel calls is event-loop confined.
 */
final class Connection extends ChannelInboundHandlerAdapter implements Sender {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration PATIENCE_WITH_THE_LOOP = Duration.ofSeconds(1);

    private final Channel channel;
    private final Endpoint endpoint;
    private final Settings settings;
    private final Outbound outbound;
    private final Deadline deadline;
    private final AtomicBoolean turnIsComing = new AtomicBoolean();
    private final CompletableFuture<Void> inputEnded = new CompletableFuture<>();
    private boolean outputEnded;

    Connection(Channel channel, Endpoint endpoint, Settings settings) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.settings = settings;
        this.outbound = new Outbound(channel.alloc(), settings.windowBytes(), this::mayWait);
        this.deadline = new Deadline(
                channel.eventLoop(),
                settings.writeTimeout(),
                timeout -> fail("i/o timeout after " + Durations.text(timeout)));
    }

    /** Holding up the event loop would hold up what is to make room. */
    private boolean mayWait() {
        return settings.whenFull() == WhenFull.BLOCK && !isOwnThread();
    }

    @Override
    public boolean isOwnThread() {
        return channel.eventLoop().inEventLoop();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public CompletableFuture<Void> flushed() {
        return outbound.flushed();
    }

    @Override
    public Tally sent() {
        return outbound.sent();
    }

    @Override
    public Tally written() {
        return outbound.written();
    }

    @Override
    public long acknowledged() {
        return 0;
    }

    @Override
    public Optional<String> durable() {
        return Optional.empty();
    }

    @Override
    public OptionalLong maxLineBytes() {
        return OptionalLong.empty();
    }

    @Override
    public CompletableFuture<Void> send(ByteBuffer lines, int messages) {
        CompletableFuture<Void> written = outbound.add(lines, messages);
        if (!written.isDone()) {
            requestTurn();
        }
        return written;
    }

    private void requestTurn() {
        if (turnIsComing.compareAndSet(false, true)) {
            channel.eventLoop().execute(this::turn);
        }
    }

    private void turn() {
        turnIsComing.set(false);
        boolean any = false;
        for (var chunk = outbound.next(); chunk.isPresent(); chunk = outbound.next()) {
            write(chunk.get());
            any = true;
        }
        if (any) {
            deadline.begin();
            channel.flush();
        }
    }

    private void write(Chunk chunk) {
        ChannelProgressivePromise promise = channel.newProgressivePromise();
        promise.addListener(new GenericProgressiveFutureListener<ChannelProgressiveFuture>() {
            @Override
            public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
                written(chunk, (int) progress);
            }

            @Override
            public void operationComplete(ChannelProgressiveFuture future) {
                if (!future.isSuccess()) {
                    fail(future.cause());
                }
            }
        });
        channel.write(chunk.toWrite(), promise);
    }

    private void written(Chunk chunk, int bytes) {
        outbound.written(chunk, bytes);
        deadline.progressed(outbound.channelIsBusy());
        if (outbound.hasNext()) {
            requestTurn();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object unasked) {
        ReferenceCountUtil.release(unasked);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            endInput();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endInput();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause);
    }

    private void endInput() {
        if (!outputEnded) {
            LOG.debug("{}: closed by peer", endpoint);
            outbound.fail(BrokenConnection.CLOSED_BY_PEER, false, null);
        }
        end();
    }

    private void fail(Throwable cause) {
        outbound.fail(BrokenConnection.describe(cause), true, BrokenConnection.root(cause));
        end();
    }

    private void fail(String why) {
        outbound.fail(why, false, null);
        end();
    }

    private void end() {
        deadline.cancel();
        inputEnded.complete(null);
        channel.close();
    }

    /**
     * Takes nothing more, writes what was taken, ends our output and waits for the server to end its own: that alone says
     * that it has read all. Blocking; not on the event loop.
     */
    @Override
    public void close() throws IOException {
        outbound.close();
        if (mayWaitForTheServer()) {
            channel.eventLoop().execute(() -> deadline.tighten(settings.closeTimeout()));
        }
        boolean knows;
        try {
            awaitWritten();
            channel.eventLoop().execute(this::endOutput);
            knows = !mayWaitForTheServer() || peerEndsInTime();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            channel.eventLoop().execute(() -> fail("interrupted while closing"));
            InterruptedIOException failure = new InterruptedIOException("interrupted while closing " + endpoint);
            failure.initCause(interrupted);
            throw failure;
        }
        channel.close();
        outbound.throwIfUndelivered();
        if (!knows && outbound.sent().messages() > 0) {
            throw DeliveryException.unconfirmed(settings.closeTimeout(), outbound.sent(), outbound.written());
        }
    }

    private boolean mayWaitForTheServer() {
        return !settings.closeTimeout().isZero();
    }

    /** The deadline for writing ends this, unless the event loop is held up by somebody's callback. */
    private void awaitWritten() throws InterruptedException {
        Future<Void> flushed = outbound.flushed();
        if (!mayWaitForTheServer()) {
            Waiting.isDoneWithin(flushed, Waiting.FOR_EVER);
            return;
        }
        Duration most = settings.closeTimeout().plus(PATIENCE_WITH_THE_LOOP);
        long before;
        do {
            before = outbound.written().bytes();
            if (Waiting.isDoneWithin(flushed, most)) {
                return;
            }
        } while (outbound.written().bytes() > before);
        outbound.fail("i/o timeout after " + Durations.text(most) + outbound.blame(), false, null);
    }

    private void endOutput() {
        outputEnded = true;
        ((DuplexChannel) channel).shutdownOutput();
    }

    private boolean peerEndsInTime() throws InterruptedException {
        return Waiting.isDoneWithin(inputEnded, settings.closeTimeout());
    }
}
