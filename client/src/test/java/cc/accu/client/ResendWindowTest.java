package cc.accu.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResendWindowTest {
    private static final long ALL = Long.MAX_VALUE;

    private final Segments.ResendWindow window = new Segments.ResendWindow();

    private long endAfterBeginning(long first, long handed) {
        window.begin(first, handed);
        return window.end();
    }

    @Test
    void endsEarlierWithEachConnectionThatCameToNothing() {
        assertThat(endAfterBeginning(0, 0)).isEqualTo(ALL);
        long[] ends = {65_536, 16_384, 4096, 1024, 256, 64, 16, 4, 1, 1, 1};
        for (long end : ends) {
            assertThat(endAfterBeginning(0, 500)).isEqualTo(end);
        }
    }

    @Test
    void beginsWhereTheConnectionBegins() {
        window.begin(0, 0);
        window.begin(1000, 5000);
        assertThat(endAfterBeginning(1000, 5000)).isEqualTo(1000 + 65_536);
    }

    @Test
    void hasNoEndOnceAnythingIsAcknowledged() {
        window.begin(0, 0);
        window.begin(0, 500);
        window.lift();
        assertThat(window.end()).isEqualTo(ALL);
        assertThat(endAfterBeginning(100, 500)).isEqualTo(ALL);
        assertThat(endAfterBeginning(100, 500)).isEqualTo(100 + 65_536);
    }

    @Test
    void staysTheSameAfterAConnectionThatWasGivenNothing() {
        assertThat(endAfterBeginning(0, 0)).isEqualTo(ALL);
        assertThat(endAfterBeginning(0, 0)).isEqualTo(ALL);
        window.begin(0, 500);
        assertThat(endAfterBeginning(0, 500)).isEqualTo(16_384);
        assertThat(endAfterBeginning(0, 0)).isEqualTo(16_384);
        assertThat(endAfterBeginning(0, 500)).isEqualTo(4096);
    }
}
