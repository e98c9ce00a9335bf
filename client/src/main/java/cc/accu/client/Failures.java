package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.internal.tls.TlsProblem;
import cc.accu.internal.transport.Reason;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
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

    /**
     * How a connection came to be of no more use.
     *
     * @param kind what to do about it
     * @param why in a few words
     * @param cause the failure of the socket, if there was one
     */
    record ConversationEnd(Kind kind, String why, @Nullable Throwable cause) {
        private static final String CLOSED_BY_PEER = "connection closed by peer";

        /** The server has ended its side. */
        static final ConversationEnd CLOSED = new ConversationEnd(Kind.CLOSED, CLOSED_BY_PEER);

        enum Kind {
            /** The server has ended its side, in order: try again. */
            CLOSED,
            /** Writing failed, and what the server said before may still be read: try again. */
            UNWRITABLE,
            /** Reading failed, or something took too long: try again. */
            BROKEN,
            /** The server wants no more: try again, rather elsewhere. */
            REFUSED,
            /** There was no welcome. */
            SILENT,
            /** Whoever answered does not speak {@code accu/1}. */
            FOREIGN,
            /** The server said what it cannot mean: nothing that it acknowledges can be relied on. */
            WRONG;

            /** Whether the connection ended, and not what was said on it. */
            boolean isLoss() {
                return this == CLOSED || this == UNWRITABLE || this == BROKEN;
            }
        }

        ConversationEnd(Kind kind, String why) {
            this(kind, why, null);
        }

        /** The socket, or the channel, failed. */
        static ConversationEnd of(Kind kind, Throwable failure) {
            // Netty may have made one of the channel of that of the socket.
            Throwable cause = failure.getCause();
            Throwable root = failure instanceof ChannelOutputShutdownException && cause != null ? cause : failure;
            return new ConversationEnd(kind, describe(root), root);
        }

        /** A pipe that is broken, or closed under our hands, was closed at the other end. */
        private static String describe(Throwable root) {
            boolean outputIsShut = root instanceof ChannelOutputShutdownException;
            if (root instanceof SSLException) {
                return TlsProblem.describe(root);
            }
            return switch (Reason.of(root)) {
                case BROKEN_PIPE, CLOSED -> CLOSED_BY_PEER;
                default -> outputIsShut ? CLOSED_BY_PEER : Reason.describe(root);
            };
        }

        /** Whether there is no point in coming back. */
        boolean isHopeless() {
            return kind == Kind.WRONG || kind == Kind.FOREIGN;
        }

        /** The same, of a server that was never heard to speak {@code accu/1}: its silence tells that it does not. */
        ConversationEnd ofStranger() {
            return kind == Kind.SILENT ? new ConversationEnd(Kind.FOREIGN, why, cause) : this;
        }
    }
}
