package cc.accu.client.cli;

import cc.accu.internal.text.Printable;
import cc.accu.internal.transport.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a server shows over HTTP, where it was started with {@code --admin}. One thread.
 *
 * @param server for example {@code http://127.0.0.1:9090}
 */
record AdminPage(URI server) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;

    /** @throws IllegalArgumentException with a message for the person who typed it */
    static AdminPage of(List<String> words) {
        if (words.size() != 1 || !words.get(0).startsWith("http://")) {
            throw new IllegalArgumentException(
                    words.size() == 1 && words.get(0).contains("unix:")
                            ? "a Unix socket is looked at with: curl --unix-socket PATH http://localhost/state?format=text"
                            : "give the address that the server has behind --admin, for example http://127.0.0.1:9090");
        }
        try {
            return new AdminPage(URI.create(words.get(0).replaceFirst("/*$", "")));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("'" + words.get(0) + "' is no address: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * A whole answer. Blocking, for a bounded time.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    String text(String path, Map<String, String> query) throws IOException, InterruptedException {
        return answer(path, query, BodyHandlers.ofString(), String::toString);
    }

    /**
     * The lines of an answer while it goes on. Blocking, for a bounded time until it begins.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    BufferedReader lines(String path, Map<String, String> query) throws IOException, InterruptedException {
        return reader(answer(path, query, BodyHandlers.ofInputStream(), body -> {
            try (BufferedReader lines = reader(body)) {
                return String.valueOf(lines.readLine());
            }
        }));
    }

    private static BufferedReader reader(InputStream body) {
        return new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    /** What a body of another kind says. */
    private interface Words<T> {
        String of(T body) throws IOException;
    }

    private <T> T answer(String path, Map<String, String> query, HttpResponse.BodyHandler<T> kind, Words<T> words)
            throws IOException, InterruptedException {
        String parameters = query.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        URI uri = URI.create(server + path + "?" + parameters);
        HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        CompletableFuture<HttpResponse<T>> asked =
                http.sendAsync(HttpRequest.newBuilder(uri).build(), kind);
        try {
            HttpResponse<T> answer = asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (answer.headers().firstValue("Content-Security-Policy").isEmpty()) {
                throw new IOException(
                        server + " is no admin address of accu: it answers " + answer.statusCode() + " in another way");
            }
            if (answer.statusCode() != OK) {
                throw new IOException(uri + ": " + answer.statusCode() + " " + Printable.line(words.of(answer.body())));
            }
            return answer.body();
        } catch (TimeoutException silent) {
            asked.cancel(true);
            throw new IOException(
                    server + " has not answered within " + PATIENCE.toSeconds() + " s; is it an admin address of accu?",
                    silent);
        } catch (ExecutionException failed) {
            throw problem(failed.getCause());
        }
    }

    private IOException problem(@Nullable Throwable cause) {
        return cause instanceof ConnectException
                ? new IOException("cannot connect to " + server + "; was the server started with --admin?", cause)
                : new IOException(
                        server + " has not answered: " + Reason.describe(cause == null ? new IOException() : cause),
                        cause);
    }
}
