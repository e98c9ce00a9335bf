package cc.accu.client.cli;

import cc.accu.internal.cli.AdminAddress;
import cc.accu.internal.text.Printable;
import cc.accu.internal.text.Quantities;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.netty.util.AsciiString;
import java.io.IOException;
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

    private static final Duration LEAST = Duration.ofMillis(100);
    private static final String EXAMPLE =
            ", for example http://127.0.0.1:9090 or unix:/run/accu/admin.sock, without a path";

    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final String HTTP = "http://";

    /** @throws IllegalArgumentException with a message for the person who typed it */
    static AdminPage of(List<String> words, Duration patience) {
        if (words.size() != 1) {
            throw new IllegalArgumentException("give the address that the server has behind --admin" + EXAMPLE);
        }
        String address = words.get(0);
        if (address.startsWith("https:")) {
            throw new IllegalArgumentException("an admin address has no TLS: write " + HTTP + "HOST:PORT");
        }
        String bare =
                address.startsWith(HTTP) ? address.substring(HTTP.length()).replaceFirst("/*$", "") : address;
        try {
            return new AdminPage(address, AdminAddress.parse(bare), patience);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("'" + address + "' is no address of --admin" + EXAMPLE, wrong);
        }
    }

    /** Longer than a moment: 0 would be either no time at all or any. */
    static Duration time(String text) {
        Duration time = Quantities.duration(text);
        if (time.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException("'" + text + "' is too short; the least is " + LEAST.toMillis() + "ms");
        }
        return time;
    }

    /**
     * A whole answer. Blocking, for a bounded time.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    String text(String path, Map<String, String> query) throws IOException, InterruptedException {
        try (HttpAnswer answer = answer(path, query, HttpHeaderValues.TEXT_PLAIN)) {
            return text(answer);
        }
    }

    /**
     * An answer that goes on. Blocking, for a bounded time until it begins, and for whatever comes next.
     *
     * @throws IOException when nobody answers in time, or not as one should
     */
    HttpAnswer events(String path, Map<String, String> query) throws IOException, InterruptedException {
        HttpAnswer answer = answer(path, query, HttpHeaderValues.TEXT_EVENT_STREAM);
        answer.goOnWithin(SILENCE);
        return answer;
    }

    private HttpAnswer answer(String path, Map<String, String> query, AsciiString type)
            throws IOException, InterruptedException {
        QueryStringEncoder target = new QueryStringEncoder(path);
        query.forEach(target::addParam);
        HttpAnswer answer = asked(target.toString());
        try {
            check(answer, type);
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
            throw new IOException(none.getMessage() + " (was the server started with --admin?)", none);
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
        return server instanceof Endpoint.Tcp tcp ? AdminAddress.hostAndPort(tcp) : "localhost";
    }

    private void check(HttpAnswer answer, AsciiString type) throws IOException {
        HttpResponseStatus status = answer.head().status();
        if (!answer.head().headers().contains(HttpHeaderNames.CONTENT_SECURITY_POLICY)) {
            throw new IOException(
                    address + " is no admin address of accu: it answers " + status.code() + " in another way");
        }
        if (!status.equals(HttpResponseStatus.OK)) {
            String why = text(answer).lines().findFirst().orElse("");
            throw new IOException(address + ": " + status.code() + " " + Printable.line(why));
        }
        if (!answer.head().headers().get(HttpHeaderNames.CONTENT_TYPE, "").startsWith(type.toString())) {
            throw new IOException(address + " is no admin address of accu: its answer is not " + type);
        }
    }
}
