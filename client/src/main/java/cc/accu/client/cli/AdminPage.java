package cc.accu.client.cli;

import cc.accu.internal.cli.AdminAddress;
import cc.accu.internal.text.Printable;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a server shows over HTTP, where it was started with {@code --admin}. One thread.
 *
 * @param address as it was typed
 * @param patience the longest wait for an answer
 */
record AdminPage(String address, Endpoint server, Duration patience) {
    /** Thrice what a server lets pass between two signs of life. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final String HTTP = "http://";

    /** @throws IllegalArgumentException with a message for the person who typed it */
    static AdminPage of(List<String> words, Duration patience) {
        if (words.size() != 1) {
            throw new IllegalArgumentException("give the address that the server has behind --admin,"
                    + " for example http://127.0.0.1:9090 or unix:/run/accu/admin.sock");
        }
        String address = words.get(0);
        if (address.startsWith("https:")) {
            throw new IllegalArgumentException("an admin address has no TLS: write " + HTTP + "HOST:PORT");
        }
        String bare =
                address.startsWith(HTTP) ? address.substring(HTTP.length()).replaceFirst("/*$", "") : address;
        return new AdminPage(address, AdminAddress.parse(bare), patience);
    }

    /**
     * A whole answer. Blocking, for a bounded time.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    String text(String path, Map<String, String> query) throws IOException, InterruptedException {
        try (HttpAnswer answer = answer(path, query)) {
            return text(answer);
        }
    }

    /**
     * The lines of an answer while it goes on. Blocking, for a bounded time until it begins, and for each line.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    BufferedReader lines(String path, Map<String, String> query) throws IOException, InterruptedException {
        HttpAnswer answer = answer(path, query);
        answer.goOnWithin(SILENCE);
        return new BufferedReader(new InputStreamReader(answer, StandardCharsets.UTF_8));
    }

    private HttpAnswer answer(String path, Map<String, String> query) throws IOException, InterruptedException {
        QueryStringEncoder target = new QueryStringEncoder(path);
        query.forEach(target::addParam);
        HttpAnswer answer = asked(target.toString());
        try {
            check(answer);
            return answer;
        } catch (IOException another) {
            answer.close();
            throw another;
        }
    }

    private HttpAnswer asked(String target) throws IOException, InterruptedException {
        try {
            return new HttpAnswer(server, host(), target, patience);
        } catch (ConnectException none) {
            throw new IOException(none.getMessage() + " And was it started with --admin?", none);
        } catch (IOException failure) {
            throw notAnswered(failure);
        }
    }

    private String text(HttpAnswer answer) throws IOException {
        try {
            byte[] text = answer.readNBytes(MOST_BYTES);
            if (answer.read() >= 0) {
                throw new IOException("it says more than " + MOST_BYTES / (1024 * 1024) + " MiB");
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw notAnswered(failure);
        }
    }

    private IOException notAnswered(IOException failure) {
        return new IOException(
                address + " has not answered: " + failure.getMessage() + "; is it an admin address of accu?", failure);
    }

    private String host() {
        return server instanceof Endpoint.Tcp tcp ? tcp.toString().replaceFirst("^\\S+ ", "") : "localhost";
    }

    private void check(HttpAnswer answer) throws IOException {
        HttpResponseStatus status = answer.head().status();
        if (!answer.head().headers().contains(HttpHeaderNames.CONTENT_SECURITY_POLICY)) {
            throw new IOException(
                    address + " is no admin address of accu: it answers " + status.code() + " in another way");
        }
        if (!status.equals(HttpResponseStatus.OK)) {
            String why = text(answer).lines().findFirst().orElse("");
            throw new IOException(address + ": " + status.code() + " " + Printable.line(why));
        }
    }
}
