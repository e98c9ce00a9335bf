package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.End;
import cc.accu.line.Line;
import cc.accu.line.LineFraming;
import cc.accu.server.LineServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines that do not end take no more than the buffer, and nobody's turn for long, on every transport. */
@Timeout(60)
class UnfinishedLinesTest {
    private static final String WELCOME = "accu/1 ok durable=none max-line=131072\n";
    private static final String PIECE = "u".repeat(30_000);

    private final HeldSink sink = HeldSink.open();

    @TempDir
    private Path directory;

    private LineServer.Builder server(Wire wire) {
        return wire.server(directory)
                .framing(LineFraming.ofMaxLine(128 * 1024))
                .bufferBytes(256 * 1024)
                .sink(sink);
    }

    @TransportTest
    void serveOthersMeanwhileAndEndWhenTheyWereSilentLongest(Wire wire) throws IOException {
        List<RawPeer> silent = new ArrayList<>();
        try (LineServer server =
                        server(wire).unfinishedTimeout(Duration.ofMillis(200)).start();
                RawPeer good = RawPeer.connect(server).sends("accu/1\n")) {
            for (int i = 0; i < 30; i++) {
                silent.add(RawPeer.connect(server).sends(PIECE));
            }
            good.takes(WELCOME.length());
            for (int i = 1; i <= 5; i++) {
                good.sends("short\n");
                good.takes("ack 1\n".length());
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> ended() > 0);
            assertThat(sink.lines().stream().filter(line -> line.end().isPresent()))
                    .allMatch(line -> Objects.equals(line.end().get(), End.TIMEOUT));
        } finally {
            for (RawPeer peer : silent) {
                peer.close();
            }
        }
    }

    /** Lines that are sent together come in one record of TLS, of which nothing can be read before the whole is there. */
    @TransportTest
    void keepNobodyFromSendingManyShortLinesAtOnce(Wire wire) throws IOException {
        List<RawPeer> silent = new ArrayList<>();
        int lines = 3_000;
        try (LineServer server = server(wire).unfinishedTimeout(Duration.ZERO).start();
                RawPeer good = RawPeer.connect(server)) {
            for (int i = 0; i < 30; i++) {
                silent.add(RawPeer.connect(server).sends(PIECE));
            }
            await().until(() -> server.connections().size() == 31);
            good.sends("short\n".repeat(lines));
            await().atMost(Duration.ofSeconds(20)).until(() -> sink.count() == lines);
        } finally {
            for (RawPeer peer : silent) {
                peer.close();
            }
        }
    }

    private long ended() {
        return sink.lines().stream()
                .map(Line::end)
                .filter(end -> end.isPresent() && end.get() == End.TIMEOUT)
                .count();
    }

    @TransportTest
    void doNotStopTheServerFromStopping(Wire wire) throws IOException {
        List<RawPeer> silent = new ArrayList<>();
        try (LineServer server = server(wire).start()) {
            for (int i = 0; i < 30; i++) {
                silent.add(RawPeer.connect(server).sends(PIECE));
            }
            await().until(() -> server.connections().size() == 30);
            server.close();
            assertThat(server.isDrained()).isTrue();
        } finally {
            for (RawPeer peer : silent) {
                peer.close();
            }
        }
    }
}
