package cc.accu.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A page in a real Chromium without a window, by its DevTools protocol. One thread. */
final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWER_SECONDS = 20;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();

    private Browser(Process process, URI page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(page, new Answers())
                .join();
    }

    /** Starts one, or skips the test where there is none. */
    static Browser start(Path directory) throws Exception {
        Optional<Path> chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(chromium.isPresent(), "needs Chromium: apt-get install chromium");
        Path profile = Files.createDirectory(directory.resolve("profile"));
        Process process = new ProcessBuilder(
                        chromium.get().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("browser.log").toFile())
                .start();
        Path port = profile.resolve("DevToolsActivePort");
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
        URI pages = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
        return new Browser(process, await().until(() -> firstOf(pages), page -> page != null));
    }

    private static URI firstOf(URI pages) throws IOException, InterruptedException {
        String list = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(pages).build(), BodyHandlers.ofString())
                .body();
        for (JsonNode each : JSON.readTree(list)) {
            if (each.get("type").asText().equals("page")) {
                return URI.create(each.get("webSocketDebuggerUrl").asText());
            }
        }
        return null;
    }

    /** Puts messages together, and answers who asked. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                answer(text.toString());
                text.setLength(0);
            }
            return WebSocket.Listener.super.onText(from, part, last);
        }

        private void answer(String message) {
            try {
                JsonNode answer = JSON.readTree(message);
                CompletableFuture<JsonNode> waiting =
                        asked.remove(answer.path("id").asInt());
                if (waiting != null) {
                    waiting.complete(answer);
                }
            } catch (IOException garbled) {
                asked.values().forEach(waiting -> waiting.completeExceptionally(garbled));
            }
        }
    }

    private JsonNode ask(String method, Map<String, ?> parameters) throws Exception {
        int number = numbers.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(number, answer);
        socket.sendText(JSON.writeValueAsString(Map.of("id", number, "method", method, "params", parameters)), true)
                .join();
        JsonNode answered = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        assertThat(answered.has("error")).as(answered.toString()).isFalse();
        return answered.get("result");
    }

    /** Goes to a page. */
    void open(String address) throws Exception {
        ask("Page.navigate", Map.of("url", address));
    }

    /** A window of that size, on a dark or a light desktop. */
    void show(int width, int height, boolean dark) throws Exception {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        ask(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** What an expression of JavaScript is, as text. */
    String value(String expression) throws Exception {
        JsonNode result = ask("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true));
        assertThat(result.has("exceptionDetails")).as(result.toString()).isFalse();
        return result.get("result").path("value").asText();
    }

    /** A picture of what is seen. */
    byte[] picture() throws Exception {
        return Base64.getDecoder()
                .decode(ask("Page.captureScreenshot", Map.of()).get("data").asText());
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stopWaiting) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
