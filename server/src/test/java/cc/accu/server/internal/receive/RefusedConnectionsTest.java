package cc.accu.server.internal.receive;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.testing.ErrorOutput;
import cc.accu.transport.Refused;
import org.junit.jupiter.api.Test;

class RefusedConnectionsTest {
    @Test
    void logsOneLineWhateverTheSenderSaid() {
        try (ErrorOutput log = ErrorOutput.captured()) {
            new RefusedConnections((listener, reason) -> {})
                    .refused("tcp :1", "1.2.3.4:5", Refused.TOO_MANY, "it said \u001b[2J\nforged");
            assertThat(log.text().lines()).hasSize(1);
            assertThat(log.text()).contains("it said \\u001b[2J\\u000aforged");
        }
    }
}
