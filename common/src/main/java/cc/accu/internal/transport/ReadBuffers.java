package cc.accu.internal.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.NettyRuntime;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What sockets are read into: an event loop has a few large buffers for all of its channels, and reads into one again as
 * soon as nobody else holds it. So a read costs no allocation, finds memory that is still in the processor's cache, and an
 * idle connection has none. While all of them are held, or there is less room, a read gets a smaller buffer of its own.
 */
public final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int READS_IN_A_ROW = 16;
    private static final int MOST_SHARED = 2;
    private static final int MOST_SHARED_BYTES = 1024 * 1024;
    private static final int OWN_BYTES = 64 * 1024;

    private static final int SHARED_BYTES = sharedBytes();

    /** Before what is read: there whoever cuts it up can put what was left of the last read. */
    private static final int ROOM_BYTES = 4 * 1024;

    private static final FastThreadLocal<Queue<ByteBuf>> SHARED = new FastThreadLocal<>() {
        @Override
        protected Queue<ByteBuf> initialValue() {
            return new ArrayDeque<>(MOST_SHARED);
        }

        @Override
        protected void onRemoval(Queue<ByteBuf> buffers) {
            buffers.forEach(ByteBuf::release);
        }
    };

    private final Room room;

    ReadBuffers(Room room) {
        super(READS_IN_A_ROW);
        this.room = room;
    }

    /** Says before each read of a channel how much may be read, so that no memory is taken that is not there. Event loop. */
    public interface Room {
        /**
         * Called before each read, also before those that the native transports make although reading is paused, as they do
         * once the peer has ended its output.
         *
         * @param most bytes that a read can bring
         * @return bytes that this one may bring; 0 to read nothing, when reading is paused or has just been
         */
        int bytesToRead(int most);

        /** Whether the channel is read once and then others of its loop, though there may be more to read. Called after a read. */
        boolean isOnce();

        /** There was no memory for a read that was allowed. Nothing was read, and nothing is lost. */
        void outOfMemory(OutOfMemoryError failure);
    }

    /**
     * A read that did not take place, since there was no {@link Room} for it: what has arrived stays with the system. Netty
     * passes it through the pipeline, which ignores it.
     */
    public static final class PausedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private PausedException() {
            super("reading is paused", null, false, false);
        }
    }

    /** Asks {@code room} before each read of an accepted channel. To be called before the first. */
    @SuppressWarnings("deprecation") // of RCVBUF_ALLOCATOR, which has no successor
    public static void limit(Channel channel, Room room) {
        channel.config().setOption(ChannelOption.RCVBUF_ALLOCATOR, new ReadBuffers(room));
    }

    @Override
    public MaxMessageHandle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return OWN_BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                return next(allocator);
            }

            @Override
            public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
                return !room.isOnce() && super.continueReading(maybeMore);
            }
        };
    }

    /** The loops' buffers together take no more than a part of the memory there is. */
    private static int sharedBytes() {
        long loops = (long) EventLoops.MOST_FOR_EACH_PROCESSOR * NettyRuntime.availableProcessors();
        long each = Long.highestOneBit(mostDirectBytes() / 8) / (MOST_SHARED * loops);
        return (int) Math.max(OWN_BYTES, Math.min(MOST_SHARED_BYTES, each));
    }

    private ByteBuf next(ByteBufAllocator allocator) {
        try {
            int bytes = room.bytesToRead(SHARED_BYTES);
            if (bytes > 0) {
                return (bytes < SHARED_BYTES ? own(allocator, bytes) : shared(allocator))
                        .setIndex(ROOM_BYTES, ROOM_BYTES);
            }
        } catch (OutOfMemoryError failure) {
            // Netty would end the channel's input, and what has arrived would be lost.
            room.outOfMemory(failure);
        }
        throw new PausedException();
    }

    private static ByteBuf own(ByteBufAllocator allocator, int bytes) {
        return allocator.ioBuffer(ROOM_BYTES + Math.min(bytes, OWN_BYTES));
    }

    private static ByteBuf shared(ByteBufAllocator allocator) {
        Queue<ByteBuf> buffers = SHARED.get();
        for (ByteBuf buffer : buffers) {
            if (buffer.refCnt() == 1) {
                return buffer.retain();
            }
        }
        if (buffers.size() == MOST_SHARED) {
            return own(allocator, OWN_BYTES);
        }
        ByteBuf fresh = allocator.ioBuffer(SHARED_BYTES);
        buffers.add(fresh);
        return fresh.retain();
    }

    /**
     * The most memory outside of the heap that buffers may be made of, in bytes: as much as there is heap, if
     * {@code -XX:MaxDirectMemorySize} does not say otherwise.
     */
    public static long mostDirectBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    /** How much of it may still be asked of the system, in bytes: the rest is Netty's, used or not. */
    public static long freeDirectBytes() {
        return mostDirectBytes() - PlatformDependent.usedDirectMemory();
    }
}
