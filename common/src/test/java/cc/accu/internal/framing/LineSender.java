package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A sender and what framing makes of its bytes, as text: {@code 1:abc}, {@code 2:ab[cut]}, {@code 3:a[eof]},
 * {@code 4:dropped 17}, {@code 5:dropped, the last}. All buffers come from an allocator of its own.
 */
final class LineSender implements AutoCloseable {
    static final Origin ORIGIN = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:51234");

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    final EmbeddedChannel channel;
    private final List<String> seen = new ArrayList<>();
    private int inputEnds;
    private Runnable onLine = () -> {};
    private int roomBefore;

    LineSender(LineFraming framing) {
        channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        channel.freezeTime();
        channel.pipeline().addLast(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel accepted) {
                LineInput.appendTo(accepted.pipeline(), framing, ORIGIN);
                accepted.pipeline().addLast(new Recorder());
            }
        });
        channel.pipeline().fireChannelActive();
    }

    /** How the sender's input may end, and how that shows to the pipeline. */
    enum Ending {
        FIN("eof") {
            @Override
            void happenTo(EmbeddedChannel channel) {
                channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
        },
        CLOSE("eof") {
            @Override
            void happenTo(EmbeddedChannel channel) {}
        },
        RST("reset") {
            @Override
            void happenTo(EmbeddedChannel channel) {
                channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
            }
        },
        TIMEOUT("timeout") {
            @Override
            void happenTo(EmbeddedChannel channel) {
                LineInput.end(channel.pipeline(), End.TIMEOUT);
            }
        },
        SHUTDOWN("shutdown") {
            @Override
            void happenTo(EmbeddedChannel channel) {
                LineInput.end(channel.pipeline(), End.SHUTDOWN);
            }
        };

        final String mark;

        Ending(String mark) {
            this.mark = mark;
        }

        abstract void happenTo(EmbeddedChannel channel);
    }

    LineSender onEachBatch(Runnable action) {
        onLine = action;
        return this;
    }

    /** How many bytes receive buffers have before what is read into them. */
    LineSender withRoomBefore(int bytes) {
        roomBefore = bytes;
        return this;
    }

    LineSender sends(byte[] bytes, int from, int to) {
        // A read, however empty: the receive buffer is larger than what came.
        ByteBuf read = allocator.buffer(roomBefore + to - from + 8).setIndex(roomBefore, roomBefore);
        read.writeBytes(bytes, from, to - from);
        channel.writeInbound(read);
        return this;
    }

    LineSender sends(String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        return sends(bytes, 0, bytes.length);
    }

    /** The ending, and then the close that always follows. */
    LineSender ends(Ending ending) {
        ending.happenTo(channel);
        channel.close();
        return this;
    }

    List<String> seen() {
        return seen;
    }

    /** How often the next handler was told that the input is shut down. */
    int inputEnds() {
        return inputEnds;
    }

    /** Bytes of all buffers that were allocated and not released. */
    long heldBytes() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    @Override
    public void close() {
        channel.close();
        channel.checkException();
        if (heldBytes() != 0) {
            throw new AssertionError(heldBytes() + " bytes of buffers were not released");
        }
    }

    private final class Recorder extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try (LineBatch batch = (LineBatch) message) {
                String marks = (batch.cut() ? "[cut]" : "")
                        + batch.end().map(end -> "[" + end + "]").orElse("");
                int before = seen.size();
                batch.forEach(line -> seen.add(line.number() + ":" + new String(line.bytes(), ISO_8859_1) + marks));
                if (seen.size() - before != batch.count()) {
                    throw new AssertionError(
                            batch.count() + " lines announced, but these came: " + seen.subList(before, seen.size()));
                }
            }
            onLine.run();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof LineInput.Dropped dropped) {
                seen.add(dropped.number() + ":dropped" + (dropped.inputEnded() ? ", the last" : " " + dropped.bytes()));
            } else if (event == ChannelInputShutdownEvent.INSTANCE) {
                inputEnds++;
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
