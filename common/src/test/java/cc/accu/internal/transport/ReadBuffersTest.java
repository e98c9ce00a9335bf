package cc.accu.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadBuffersTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    private final AtomicInteger roomBytes = new AtomicInteger(Integer.MAX_VALUE);
    private int shortages;
    private boolean once;

    private final ReadBuffers buffers = new ReadBuffers(new ReadBuffers.Room() {
        @Override
        public int bytesToRead(int most) {
            if (roomBytes.get() < 0) {
                throw new OutOfMemoryError("for the test");
            }
            return Math.min(most, roomBytes.get());
        }

        @Override
        public boolean isOnce() {
            return once;
        }

        @Override
        public void outOfMemory(OutOfMemoryError failure) {
            shortages++;
        }
    });

    private final ChannelConfig config = new EmbeddedChannel().config();
    private final RecvByteBufAllocator.ExtendedHandle oneChannel = buffers.newHandle();

    private final RecvByteBufAllocator.ExtendedHandle other = buffers.newHandle();

    @AfterEach
    void givesAllMemoryBackWhenTheLoopEnds() {
        FastThreadLocal.removeAll();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void readsIntoTheSameMemoryAgainForAllChannelsOfALoop() {
        ByteBuf first = oneChannel.allocate(allocator).writeInt(1);
        first.release();
        ByteBuf second = other.allocate(allocator);
        assertThat(second.memoryAddress()).isEqualTo(first.memoryAddress());
        assertThat(second.isReadable()).isFalse();
        second.release();
    }

    @Test
    void readsAChannelOnceWhenOthersAreToBeReadToo() {
        oneChannel.reset(config);
        oneChannel.attemptedBytesRead(1);
        oneChannel.lastBytesRead(1);
        oneChannel.incMessagesRead(1);
        assertThat(oneChannel.continueReading(() -> true)).isTrue();
        once = true;
        assertThat(oneChannel.continueReading(() -> true)).isFalse();
    }

    @Test
    void leavesAloneWhatSomebodyStillHolds() {
        List<ByteBuf> held = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            held.add(oneChannel.allocate(allocator).writeInt(i));
        }
        for (int i = 0; i < 5; i++) {
            assertThat(held.get(i).readInt()).isEqualTo(i);
        }
        assertThat(held.get(4).capacity()).isLessThan(held.get(0).capacity());
        held.forEach(ByteBuf::release);
    }

    @Test
    void leavesRoomBeforeWhatIsRead() {
        List<ByteBuf> held = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ByteBuf buffer = oneChannel.allocate(allocator);
            assertThat(buffer.readerIndex()).isEqualTo(4096);
            assertThat(buffer.writableBytes()).isPositive();
            held.add(buffer);
        }
        held.forEach(ByteBuf::release);
    }

    @Test
    void readsAtTheFrontOfABufferThatWasRead() {
        oneChannel.allocate(allocator).writeZero(100_000).skipBytes(100_000).release();
        ByteBuf again = oneChannel.allocate(allocator);
        assertThat(again.readerIndex()).isEqualTo(4096);
        again.release();
    }

    @Test
    void readsNoMoreThanThereIsRoomFor() {
        roomBytes.set(1000);
        ByteBuf small = oneChannel.allocate(allocator);
        assertThat(small.writableBytes()).isEqualTo(1000);
        assertThat(small.readerIndex()).isEqualTo(4096);
        small.release();
        roomBytes.set(0);
        assertThatThrownBy(() -> oneChannel.allocate(allocator)).isInstanceOf(ReadBuffers.PausedException.class);
    }

    @Test
    void doesNotReadWithoutMemory() {
        roomBytes.set(-1);
        assertThatThrownBy(() -> oneChannel.allocate(allocator)).isInstanceOf(ReadBuffers.PausedException.class);
        assertThat(shortages).isEqualTo(1);
    }
}
