package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogLimiterTest {
    @Test
    void letsTheFirstThroughAndKeepsTheRestOfTheTenSecondsBack() {
        LogLimiter limiter = new LogLimiter();
        List<Long> logged = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            limiter.happened(logged::add);
        }
        assertThat(logged).containsExactly(1L);
    }
}
