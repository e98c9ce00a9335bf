package cc.accu.client.cli;

import cc.accu.internal.text.Printable;
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
import java.util.stream.Collectors;

/**
 * What a server shows over HTTP, where it was started with {@code --admin}. One thread.
 *
 * @param server for example {@code http://127.0.0.1:9090}
 */
record AdminPage(URI server) {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int OK = 200;

    /** @throws IllegalArgumentException with a message for the person who typed it */
    static AdminPage of(List<String> words) {
        if (words.size() != 1 || !words.get(0).startsWith("http://")) {
            throw new IllegalArgumentException(
                    "give the address that the server has behind --admin, for example http://127.0.0.1:9090");
        }
        try {
            return new AdminPage(URI.create(words.get(0).replaceFirst("/*$", "")));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("'" + words.get(0) + "' is no address: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * The lines of an answer, also while it goes on. Blocking.
     *
     * @throws IOException when nobody answers, or not as one should
     */
    BufferedReader lines(String path, Map<String, String> query) throws IOException, InterruptedException {
        String parameters = query.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        URI uri = URI.create(server + path + "?" + parameters);
        HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
        try {
            HttpResponse<InputStream> answer =
                    http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofInputStream());
            BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
            if (answer.statusCode() != OK) {
                throw new IOException(
                        uri + ": " + answer.statusCode() + " " + Printable.line(String.valueOf(lines.readLine())));
            }
            return lines;
        } catch (ConnectException refused) {
            throw new IOException("cannot connect to " + server + "; was the server started with --admin?", refused);
        }
    }
}
