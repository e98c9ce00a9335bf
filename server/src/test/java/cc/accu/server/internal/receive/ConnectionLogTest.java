package cc.accu.server.internal.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class ConnectionLogTest {
    @Test
    void letsTheFirstThroughAndKeepsTheRestOfTheTenSecondsBack() {
        ConnectionLog.Limiter limiter = new ConnectionLog.Limiter();
        List<Long> logged = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            limiter.happened(logged::add);
        }
        assertThat(logged).containsExactly(1L);
        limiter.tellRest();
        assertThat(logged).containsExactly(1L, 999L);
        limiter.tellRest();
        assertThat(logged).hasSize(2);
    }

    @Test
    void tellsLaterWhatItKeptBack() {
        ConnectionLog.Limiter limiter = new ConnectionLog.Limiter(Duration.ofMillis(100));
        Queue<Long> logged = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 10; i++) {
            limiter.happened(logged::add);
        }
        await().until(() -> logged.stream().mapToLong(Long::longValue).sum() == 10);
    }
}
