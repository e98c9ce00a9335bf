package cc.accu.client.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.transport.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others than an accu server answer. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminPageTest {
    private static final String OURS =
            "HTTP/1.1 200 OK\r\nContent-Security-Policy: x\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n";

    private static AdminPage page(String address, Duration patience) {
        return AdminPage.of(List.of(address), patience);
    }

    private static String answered(String answer) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
                try (Socket socket = listener.accept()) {
                    BufferedReader request =
                            new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                    while (!String.valueOf(request.readLine()).isEmpty()) {
                        // until its end
                    }
                    socket.getOutputStream().write(answer.getBytes(US_ASCII));
                } catch (IOException over) {
                    // It has gone.
                }
            });
            try {
                return page("http://127.0.0.1:" + listener.getLocalPort(), Duration.ofSeconds(10))
                        .text("/state", Map.of());
            } finally {
                server.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void isWhatAnAdminAddressSays() throws Exception {
        assertThat(answered(OURS + "0123456789")).isEqualTo("0123456789");
    }

    @Test
    void isNothingIfItBreaksOff() {
        assertThatThrownBy(() -> answered(OURS + "012"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has not answered");
    }

    @Test
    void isNothingOfAnotherServer() {
        assertThatThrownBy(() -> answered("HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no admin address of accu: it answers 302");
    }

    @Test
    void isNothingOfWhoeverDoesNotSpeakHttp() {
        for (String other : List.of("SSH-2.0-x\r\n", "accu/1 ok\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/2\r\n\r\n")) {
            assertThatThrownBy(() -> answered(other))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not answered");
        }
    }

    @Test
    void comesBehindWhatIsInterim() throws Exception {
        assertThat(answered("HTTP/1.1 100 Continue\r\n\r\n" + OURS + "0123456789"))
                .isEqualTo("0123456789");
    }

    @Test
    void isNothingOfAnotherKind() {
        assertThatThrownBy(() -> answered(OURS.replace("text/plain", "application/json") + "0123456789"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its answer is not text/plain");
    }

    @Test
    void isNothingOfWhoeverSaysNothing() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            AdminPage page = page("127.0.0.1:" + listener.getLocalPort(), Duration.ofMillis(1200));
            assertThatThrownBy(() -> page.text("/state", Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has not answered: no whole answer came within 1.2 s");
        }
    }

    @Test
    void isNothingOfWhoeverNeverEnds() {
        String endless = OURS.replace("Content-Length: 10", "X: y") + "x".repeat(17 * 1024 * 1024);
        assertThatThrownBy(() -> answered(endless))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it says more than 16 MiB");
    }

    @Test
    void isReadAsItComes() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Endpoint server = Endpoint.parse("tcp 127.0.0.1:" + listener.getLocalPort());
            CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> begun(listener));
            try (HttpAnswer answer = new HttpAnswer(server, "localhost", "/messages", Duration.ofSeconds(10));
                    Socket socket = accepted.get(10, TimeUnit.SECONDS)) {
                answer.goOnWithin(Duration.ofSeconds(1));
                for (String piece : List.of("4\r\n", "one\n", "\r\n4\r\ntw", "o\n\r\n")) {
                    socket.getOutputStream().write(piece.getBytes(US_ASCII));
                    TimeUnit.MILLISECONDS.sleep(50);
                }
                assertThat(answer.line(3)).isEqualTo("one");
                assertThatThrownBy(() -> answer.line(2)).hasMessageContaining("a line of more than 2 bytes");
                assertThat(answer.line(2)).isEmpty();
                assertThatThrownBy(answer::read).isInstanceOf(IOException.class).hasMessage("nothing came for 1 s");
                socket.close();
                assertThatThrownBy(answer::read)
                        .isInstanceOf(IOException.class)
                        .hasMessage("the connection ended before the answer did");
            }
        }
    }

    private static Socket begun(ServerSocket listener) {
        try {
            Socket socket = listener.accept();
            String head = OURS.replace("Content-Length: 10", "Transfer-Encoding: chunked");
            socket.getOutputStream().write(head.getBytes(US_ASCII));
            return socket;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Test
    void isOfWhatAdminTakes() {
        Duration any = Duration.ofSeconds(1);
        Endpoint port = Endpoint.parse("tcp 127.0.0.1:9090");
        assertThat(page("http://127.0.0.1:9090/", any).server()).isEqualTo(port);
        assertThat(page("9090", any).server()).isEqualTo(port);
        assertThat(page("unix:/run/admin.sock", any).server()).isEqualTo(new Endpoint.Unix("/run/admin.sock"));
        assertThatThrownBy(() -> page("https://127.0.0.1:9090", any)).hasMessageContaining("has no TLS");
        assertThatThrownBy(() -> page("http://127.0.0.1", any)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AdminPage.of(List.of(), any)).hasMessageContaining("behind --admin");
        for (String wrong :
                List.of("", " ", "http://", "unix:", "tcp :3000", "http://127.0.0.1:9090/messages", "99999")) {
            assertThatThrownBy(() -> page(wrong, any)).hasMessageContaining("is no address of --admin, for example");
        }
        assertThatThrownBy(() -> AdminPage.time("0")).hasMessageContaining("the least is 100ms");
    }

    @Test
    void saysThatNobodyListens() {
        assertThatThrownBy(() -> page("unix:/nonexistent/admin.sock", Duration.ofSeconds(1))
                        .text("/state", Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no such file")
                .hasMessageContaining("--admin");
    }
}
