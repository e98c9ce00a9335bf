package cc.accu.client;

import cc.accu.client.ConversationEnd.Kind;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why each endpoint was of no use, the last time that it was tried, and what the log says of it. One thread. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    private final Map<Endpoint, Failure> latest = new LinkedHashMap<>();
    private boolean told;
    private boolean toldEver;
    private long toldAt;
    private long untold;

    private record Failure(String sentence, @Nullable Throwable cause) {}

    /**
     * Remembers one.
     *
     * @param sentence names the endpoint
     */
    private void add(Endpoint endpoint, String sentence, @Nullable Throwable cause) {
        // What failed last is told last.
        latest.remove(endpoint);
        latest.put(endpoint, new Failure(sentence, cause));
    }

    /** Remembers what came of a connection, in a sentence. */
    String add(Endpoint endpoint, ConversationEnd how) {
        if (how.kind() == Kind.FOREIGN) {
            // Every hello is a message to a server that does not know what it means.
            return add(endpoint, "it does not speak accu/1: " + how.why() + "; send without acks");
        }
        String sentence =
                (how.kind() == Kind.WRONG ? "protocol error: " + endpoint + " " : endpoint + ": ") + how.why();
        add(endpoint, sentence, how.cause());
        return sentence;
    }

    /** Remembers why there was no connection, in a sentence. */
    String add(Endpoint endpoint, String why) {
        ConnectException failure = new ConnectException(endpoint, why);
        return add(endpoint, failure);
    }

    String add(Endpoint endpoint, Throwable failure) {
        String sentence = String.valueOf(failure.getMessage());
        add(endpoint, sentence, failure);
        return sentence;
    }

    void clear() {
        latest.clear();
    }

    boolean has(Endpoint endpoint) {
        return latest.containsKey(endpoint);
    }

    boolean isOfOne() {
        return latest.size() == 1;
    }

    /** The cause of the last one, if it has any. */
    @Nullable
    Throwable lastCause() {
        Throwable last = null;
        for (Failure failure : latest.values()) {
            last = failure.cause;
        }
        return last;
    }

    /** What is wrong with each: numbered, unless it is one. */
    String text() {
        return numbered(latest.values().stream().map(Failure::sentence).toList());
    }

    /** One sentence as it is, more with numbers. */
    static String numbered(List<String> sentences) {
        if (sentences.size() == 1) {
            return sentences.get(0);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentences.size(); i++) {
            text.append(i == 0 ? "(" : " (").append(i + 1).append(") ").append(sentences.get(i));
        }
        return text.toString();
    }

    /** Says that there is one: once for each outage, and not too often. Of a connection that keeps breaking, the rest is counted. */
    void tell(String why) {
        long now = System.nanoTime();
        boolean isSoon = toldEver && now - toldAt < TELL_EVERY.toNanos();
        if (told || isSoon) {
            untold += told ? 0 : 1;
        } else {
            LOG.warn(untold == 0 ? "{}; trying again" : "{}; trying again, as {} times before in between", why, untold);
            toldEver = true;
            toldAt = now;
            untold = 0;
        }
        told = true;
    }

    /** It is connected: the outage may be over. */
    void tellEnd(Endpoint endpoint) {
        if (told) {
            LOG.info("connected to {} again", endpoint);
        }
    }

    /** There was progress: the outage is over, and all that is known of it. */
    void end() {
        latest.clear();
        told = false;
    }
}
