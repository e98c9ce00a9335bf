package cc.accu.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoLeaksTest {
    @Test
    void findsABufferThatNobodyReleased() {
        forgetABufferOf(PooledByteBufAllocator.DEFAULT);
        List<String> found = new ArrayList<>();
        // The collector may take its time to hand a reference over.
        await().until(() -> found.addAll(NoLeaks.found()));
        assertThat(found).hasSize(1);
    }

    private static void forgetABufferOf(ByteBufAllocator allocator) {
        allocator.directBuffer(16).writeByte('x');
    }
}
