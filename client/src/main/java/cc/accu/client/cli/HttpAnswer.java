package cc.accu.client.cli;

import cc.accu.internal.transport.EventLoops;
import cc.accu.internal.transport.Reason;
import cc.accu.internal.transport.Transport;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer over HTTP, on any transport, taken from the network as it is read. All of it is to come within the
 * time that it is given, or, where it goes on for ever, something within each such time. One thread; closing it ends the
 * connection.
 */
final class HttpAnswer extends InputStream {
    private final EventLoops loops = EventLoops.daemon("accu-http");
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Duration patience;
    private final Channel channel;
    private final HttpResponse head;
    private final long deadline;
    private @Nullable Duration silence;
    private boolean isAtEnd;
    private ByteBuf current = Unpooled.EMPTY_BUFFER;

    /** What came next: one of these. */
    private record Piece(
            @Nullable HttpResponse head,
            @Nullable ByteBuf body,
            @Nullable Throwable failure) {
        private static final Piece END = new Piece(null, null, null);
    }

    /**
     * Asks, and waits until an answer begins. Blocking, for a bounded time.
     *
     * @param host whom the request is for
     * @throws IOException when nobody answers in time, or not in HTTP
     */
    HttpAnswer(Endpoint server, String host, String target, Duration patience)
            throws IOException, InterruptedException {
        this.patience = patience;
        this.deadline = System.nanoTime() + patience.toNanos();
        try {
            this.channel = connected(server);
            FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
            request.headers().set(HttpHeaderNames.HOST, host);
            channel.writeAndFlush(request);
            this.head = Objects.requireNonNull(next().head(), "an answer begins with its head");
        } catch (IOException | InterruptedException | RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private Channel connected(Endpoint server) throws IOException, InterruptedException {
        ChannelInitializer<Channel> pipeline = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel made) {
                made.config().setAutoRead(false);
                made.pipeline().addLast(new HttpClientCodec()).addLast(new Taker());
            }
        };
        try {
            return Transport.of(server, false)
                    .connect(loops, pipeline, patience)
                    .get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof ConnectException told ? told : new IOException(failed.getCause());
        }
    }

    /** The status and the headers. */
    HttpResponse head() {
        return head;
    }

    /** From now on it may take any time, but not be silent for longer than that. */
    void goOnWithin(Duration most) {
        silence = most;
    }

    /** Waits for what comes next. */
    private Piece next() throws IOException, InterruptedException {
        Piece piece = pieces.poll();
        if (piece == null) {
            channel.read();
            long wait = silence == null ? deadline - System.nanoTime() : silence.toNanos();
            piece = pieces.poll(wait, TimeUnit.NANOSECONDS);
        }
        if (piece == null) {
            throw new IOException(
                    silence == null
                            ? "no whole answer came within " + seconds(patience)
                            : "nothing came for " + seconds(silence));
        }
        if (piece.failure() != null) {
            throw new IOException(Reason.describe(piece.failure()), piece.failure());
        }
        return piece;
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    @Override
    public int read() throws IOException {
        return hasMore() ? current.readUnsignedByte() : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!hasMore()) {
            return -1;
        }
        int count = Math.min(length, current.readableBytes());
        current.readBytes(bytes, offset, count);
        return count;
    }

    /**
     * The next line, without its end; null when there is none.
     *
     * @throws IOException when it is longer than that
     */
    @Nullable
    String line(int mostBytes) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int value = read();
        if (value < 0) {
            return null;
        }
        for (; value >= 0 && value != '\n'; value = read()) {
            if (line.size() == mostBytes) {
                throw new IOException("it sends a line of more than " + mostBytes + " bytes");
            }
            line.write(value);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private boolean hasMore() throws IOException {
        while (!current.isReadable() && !isAtEnd) {
            take();
        }
        return current.isReadable();
    }

    private void take() throws IOException {
        try {
            ByteBuf body = next().body();
            current.release();
            current = body == null ? Unpooled.EMPTY_BUFFER : body;
            isAtEnd = body == null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        loops.close();
        current.release();
        current = Unpooled.EMPTY_BUFFER;
        for (Piece left = pieces.poll(); left != null; left = pieces.poll()) {
            if (left.body() != null) {
                left.body().release();
            }
        }
    }

    /** Hands over what the event loop has. */
    private final class Taker extends SimpleChannelInboundHandler<HttpObject> {
        private boolean hasNew;
        private boolean isInterim;
        private boolean isWhole;

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject object) {
            if (object.decoderResult().isFailure()) {
                Throwable cause = object.decoderResult().cause();
                put(new Piece(null, null, new IOException("what answers there is not HTTP", cause)));
                ctx.close();
                return;
            }
            if (object instanceof HttpResponse response) {
                isInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            }
            if (isInterim) {
                return;
            }
            if (object instanceof HttpResponse response) {
                put(new Piece(response, null, null));
            }
            if (object instanceof HttpContent content && content.content().isReadable()) {
                put(new Piece(null, content.content().retain(), null));
            }
            if (object instanceof LastHttpContent) {
                isWhole = true;
                put(Piece.END);
            }
        }

        private void put(Piece piece) {
            hasNew = true;
            pieces.add(piece);
        }

        /** What was read may be no whole piece. */
        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!hasNew) {
                ctx.read();
            }
            hasNew = false;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ctx.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!isWhole) {
                put(new Piece(null, null, new EOFException("the connection ended before the answer did")));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            put(new Piece(null, null, cause));
            ctx.close();
        }
    }
}
