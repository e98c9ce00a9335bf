package cc.accu.client.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others than an accu server answer. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminPageTest {
    private static final String OURS = "HTTP/1.1 200 OK\r\nContent-Security-Policy: x\r\nContent-Length: 10\r\n\r\n";

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
                return AdminPage.of(List.of("http://127.0.0.1:" + listener.getLocalPort()))
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
        assertThatThrownBy(() -> answered("SSH-2.0-x\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has not answered");
    }

    @Test
    void needsAnAddress() {
        assertThatThrownBy(() -> AdminPage.of(List.of("unix:/run/admin.sock")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("curl --unix-socket");
    }
}
