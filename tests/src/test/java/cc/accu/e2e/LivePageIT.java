package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page at {@code --admin}, in a real browser. {@code -Daccu.pictures=DIRECTORY} keeps pictures of it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LivePageIT {
    private static final String ROWS = "document.querySelectorAll('#messages li').length";
    private static final String TEXT = "document.querySelector('#messages').textContent";

    /** The browser may still write to its profile when it has ended. */
    @TempDir(cleanup = CleanupMode.NEVER)
    private Path directory;

    private Browser browser;
    private Jar server;
    private int port;
    private int adminPort;

    @BeforeEach
    void openThePage() throws Exception {
        browser = Browser.start(directory);
        port = FreePort.find();
        adminPort = FreePort.find();
        server = startServer();
        browser.show(1200, 900, false);
        browser.open("http://127.0.0.1:" + adminPort + "/");
        await().until(
                        () -> browser.value("document.querySelector('#status')?.textContent"),
                        text -> text.startsWith("tcp"));
    }

    private Jar startServer() throws Exception {
        Jar started = Jar.start(
                "server",
                directory,
                "tcp",
                "127.0.0.1:" + port,
                "--to",
                "file:" + directory.resolve("lines"),
                "--admin",
                "127.0.0.1:" + adminPort);
        started.awaitReady();
        return started;
    }

    @AfterEach
    void end() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private void send(String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            socket.getInputStream().read();
        }
    }

    private void awaitShown(String text) {
        await().until(() -> browser.value(TEXT), shown -> shown.contains(text));
    }

    @Test
    void showsMessagesAsTheyCome() throws Exception {
        send("hello page\n");
        awaitShown("hello page");
        await().until(() -> browser.value("document.querySelector('#stored').textContent"), "1"::equals);
        assertThat(browser.value("document.querySelector('#sinks tbody').textContent"))
                .contains("file:")
                .contains("good");
        try (Socket open = connect()) {
            open.getOutputStream().write("stay\n".getBytes(UTF_8));
            await().until(
                            () -> browser.value("document.querySelector('#connections tbody').textContent"),
                            text -> text.contains("127.0.0.1:" + open.getLocalPort()));
        }
    }

    @Test
    void filtersAndPauses() throws Exception {
        send("before\n");
        awaitShown("before");
        browser.value("{ const f = document.querySelector('#filter'); f.value = 'Needle';"
                + " f.dispatchEvent(new Event('input')); 1 }");
        await().until(() -> browser.value(ROWS), "0"::equals);
        await().pollDelay(Duration.ofMillis(500)).untilAsserted(() -> {
            send("hay\na needle\n");
            assertThat(browser.value(TEXT)).contains("a needle").doesNotContain("hay");
        });
        browser.value("document.querySelector('#pause').click()");
        String rows = browser.value(ROWS);
        send("needle while it pauses\n");
        assertThat(browser.value("new Promise(done => setTimeout(() => done(" + ROWS + "), 700))"))
                .isEqualTo(rows);
        browser.value("document.querySelector('#pause').click()");
        awaitShown("needle while it pauses");
    }

    @Test
    void isNotHarmedByHostileMessages() throws Exception {
        send("<script>window.harmed = 1</script><img src=x onerror='window.harmed = 2'>\n"
                + "\u001b[31mred\u001b]0;title\u0007 \u202eright to left\n"
                + "x".repeat(1 << 20).substring(1) + "\n"
                + "after all of that\n");
        awaitShown("after all of that");
        assertThat(browser.value("String(window.harmed)")).isEqualTo("undefined");
        assertThat(browser.value("document.querySelectorAll('#messages script, #messages img').length"))
                .isEqualTo("0");
        assertThat(browser.value(TEXT))
                .contains("<script>window.harmed = 1</script>")
                .contains("\u241b[31mred\u241b]0;title\u2407")
                .contains("\\u{202e}right to left")
                .doesNotContain("\u001b")
                .doesNotContain("\u202e");
        assertThat(browser.value(TEXT).length()).isLessThan(20_000);
        assertThat(browser.value("document.title")).isEqualTo("accu");
    }

    @Test
    void staysAliveUnderTenThousandMessagesASecond() throws Exception {
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            byte[] tenth = "a message as long as many are, with a number or two in it, 12345 of 67890\n"
                    .repeat(1000)
                    .getBytes(UTF_8);
            long begin = System.nanoTime();
            for (int i = 1; i <= 50; i++) {
                out.write(tenth);
                long until = begin + i * 100_000_000L;
                while (System.nanoTime() < until) {
                    java.util.concurrent.locks.LockSupport.parkNanos(until - System.nanoTime());
                }
                if (i % 10 == 0) {
                    long asked = System.nanoTime();
                    assertThat(Integer.parseInt(browser.value(ROWS))).isBetween(1, 500);
                    assertThat(System.nanoTime() - asked).isLessThan(2_000_000_000L);
                }
            }
        }
        send("the last one\n");
        awaitShown("the last one");
        keepPictures();
    }

    private void keepPictures() throws Exception {
        String kept = System.getProperty("accu.pictures", "");
        if (!kept.isEmpty()) {
            Files.write(Path.of(kept, "page.png"), browser.picture());
            browser.show(1200, 900, true);
            Files.write(Path.of(kept, "page-dark.png"), browser.picture());
            browser.show(390, 844, false);
            Files.write(Path.of(kept, "page-phone.png"), browser.picture());
        }
    }

    @Test
    void connectsAgainWhenTheServerWasRestarted() throws Exception {
        send("first run\n");
        awaitShown("first run");
        server.close();
        await().until(
                        () -> browser.value("document.querySelector('#status').textContent"),
                        text -> text.contains("does not answer"));
        server = startServer();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            send("second run\n");
            assertThat(browser.value(TEXT)).contains("second run");
        });
    }

    @Test
    void fitsOnAPhone() throws Exception {
        browser.show(360, 740, true);
        assertThat(browser.value("String(document.documentElement.scrollWidth <= innerWidth)"))
                .isEqualTo("true");
    }
}
