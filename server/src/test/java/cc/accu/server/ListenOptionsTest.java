package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.line.LineFraming;
import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ListenOptionsTest {
    private static final Endpoint ANY_PORT = Endpoint.parse("tcp 127.0.0.1:0");

    @Test
    void changesOneOptionAndLeavesWhatItWasMadeOf() {
        ListenOptions before = ListenOptions.of(ANY_PORT).maxConnections(3);
        ListenOptions after = before.framing(LineFraming.ofMaxLine(7)).acknowledging(false);
        assertThat(after.framing().maxLineBytes()).isEqualTo(7);
        assertThat(after.acknowledging()).isFalse();
        assertThat(after.maxConnections()).isEqualTo(3);
        assertThat(before.framing()).isEqualTo(LineFraming.DEFAULT);
        assertThat(before.acknowledging()).isTrue();
    }

    @Test
    void refusesModeAndGroupWhereThereIsNoFile() {
        ListenOptions nameless = ListenOptions.of(Endpoint.parse("unix @accu"));
        assertThatThrownBy(() -> nameless.socketMode(0600))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an abstract socket has no file: mode and group cannot be set for unix @accu");
        assertThatThrownBy(() -> ListenOptions.of(ANY_PORT).socketGroup("adm"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode and group are for the file of a unix socket, and cannot be set for tcp 127.0.0.1:0");
    }

    @Test
    void refusesValuesThatAreNone() {
        ListenOptions unix = ListenOptions.of(Endpoint.parse("unix /tmp/s"));
        assertThatThrownBy(() -> unix.socketMode(01777)).hasMessageContaining("mode out of range 0..0777: 01777");
        assertThatThrownBy(() -> unix.socketGroup(" ")).hasMessageContaining("group needs a name or number");
        assertThatThrownBy(() -> unix.maxConnections(0)).hasMessageContaining("must be at least 1, not 0");
        assertThatThrownBy(() -> unix.handshakeTimeout(Duration.ofSeconds(-1))).hasMessageContaining("zero, for none");
    }

    @Test
    void givesTheSocketItsMode(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("s");
        Endpoint endpoint = Endpoint.parse("unix " + path);
        try (LineServer server = LineServer.builder()
                .listen(ListenOptions.of(endpoint).socketMode(0604))
                .onLine(line -> {})
                .start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw----r--");
            assertThat(server.endpoints()).containsExactly(endpoint);
        }
    }

    @Test
    void holdForTheirListenerAlone() throws IOException {
        try (LineServer server = LineServer.builder()
                .listen(ListenOptions.of(ANY_PORT).acknowledging(false))
                .listen(ListenOptions.of(ANY_PORT).framing(LineFraming.ofMaxLine(1234)))
                .listen(ANY_PORT)
                .framing(LineFraming.ofMaxLine(4321))
                .onLine(line -> {})
                .start()) {
            assertThat(answer(server, 0)).isEmpty();
            assertThat(answer(server, 1)).contains(" max-line=1234");
            assertThat(answer(server, 2)).contains(" max-line=4321");
        }
    }

    private static String answer(LineServer server, int listener) throws IOException {
        Endpoint.Tcp tcp = (Endpoint.Tcp) server.endpoints().get(listener);
        try (Socket socket = new Socket(tcp.host(), tcp.port())) {
            socket.getOutputStream().write("accu/1\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
