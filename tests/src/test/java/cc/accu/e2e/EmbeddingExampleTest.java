package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.client.LineClient;
import cc.accu.server.LineServer;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of how to use accu in a program, as the README has it. */
@Timeout(30)
class EmbeddingExampleTest {
    @Test
    void runsInAProgram(@TempDir Path directory) throws IOException {
        String path = directory.resolve("accu.sock").toString();
        List<String> received = new CopyOnWriteArrayList<>();
        try (LineServer server = LineServer.builder()
                .listen(Endpoint.parse("tcp 127.0.0.1:0"))
                .listen(Endpoint.parse("unix " + path))
                .onLine(line -> received.add(line.utf8()))
                .start()) {
            for (Endpoint endpoint : server.endpoints()) {
                try (LineClient client = LineClient.connect(endpoint)) {
                    CompletableFuture<Void> written = client.send("accu.cc over " + endpoint);
                    written.join();
                }
            }
            List<Endpoint> both = server.endpoints();
            try (LineClient client = LineClient.builder().acknowledged().connect(both.get(0), both.get(1))) {
                CompletableFuture<Void> stored = client.send("accu.cc, acknowledged");
                stored.join();
                assertThat(received).contains("accu.cc, acknowledged");
            }
            await().until(() -> received.size() == 3);
            assertThat(received)
                    .containsExactlyInAnyOrder(
                            "accu.cc over " + both.get(0), "accu.cc over unix " + path, "accu.cc, acknowledged");
        }
    }
}
