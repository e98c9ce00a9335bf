package cc.accu;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class NoLeaksTest {
    @Test
    void findsABufferThatNobodyReleased() throws InterruptedException {
        forgetABufferOf(PooledByteBufAllocator.DEFAULT);
        assertThat(NoLeaks.found()).hasSize(1);
    }

    private static void forgetABufferOf(ByteBufAllocator allocator) {
        allocator.directBuffer(16).writeByte('x');
    }
}
