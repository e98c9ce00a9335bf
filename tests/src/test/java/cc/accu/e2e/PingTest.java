package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import cc.accu.client.LineClient;
import cc.accu.server.LineServer;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PingTest {
    private static LineServer.Builder server() {
        return LineServer.builder().listen(Endpoint.parse("tcp 127.0.0.1:0")).onLine(line -> {});
    }

    @Test
    void leavesNoMessageBehind() throws Exception {
        try (LineServer server = server().start()) {
            LineClient.builder().ping(server.endpoints().get(0));
            LineClient.builder().ping(server.endpoints().get(0));
            await().until(() -> server.connections().isEmpty());
            assertThat(server.books().received()).isZero();
        }
    }

    @Test
    void failsWhereTheServerHasAsManyConnectionsAsItTakes() throws Exception {
        try (LineServer server = server().maxConnections(1).start();
                RawPeer other = RawPeer.connect(server.endpoints().get(0))) {
            await().until(() -> server.connections().size() == 1);
            assertThatThrownBy(
                            () -> LineClient.builder().ping(server.endpoints().get(0)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("it may have as many connections as it takes");
            other.endsInput();
        }
    }

    @Test
    void failsWhereAcksAreOff() throws Exception {
        try (LineServer server = server().acknowledging(false).start()) {
            assertThatThrownBy(() -> LineClient.builder()
                            .connectTimeout(Duration.ofMillis(500))
                            .ping(server.endpoints().get(0)))
                    .hasMessageContaining("it answered nothing within 500ms; this is for accu servers with acks");
        }
    }
}
