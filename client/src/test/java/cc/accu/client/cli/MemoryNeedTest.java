package cc.accu.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
    private static final long MOST = Runtime.getRuntime().maxMemory();

    @Test
    void saysWhatIsTooMuchAndWhatToDo() {
        assertThatThrownBy(() -> MemoryNeed.ofConnections(10, true, MOST).check("10 connections", "use fewer"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("10 connections would need about " + 10 * MOST / (1 << 20) + " MiB of memory")
                .hasMessageEndingWith("m, or use fewer");
    }

    @Test
    void windowsThatNobodyAskedForFit() {
        long window = MemoryNeed.windowBytes(1000, 16 << 20);
        assertThat(1000 * window).isLessThanOrEqualTo(MOST / 4);
        assertThatCode(() -> new MemoryNeed(0, 1000 * window).check("they", "nothing"))
                .doesNotThrowAnyException();
    }
}
