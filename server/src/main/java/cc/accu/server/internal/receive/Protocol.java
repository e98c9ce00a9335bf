package cc.accu.server.internal.receive;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What others speak that may come to the wrong port, known by the first bytes of a connection. */
public enum Protocol {
    /** A ClientHello of TLS, in a record. */
    TLS("it speaks TLS, and this listener is plain: listen on 'tls HOST:PORT', or let it send without TLS") {
        @Override
        Match match(ByteBuf start) {
            return hello(start);
        }
    },
    /** A request of HTTP/1, or what begins HTTP/2. */
    HTTP(
            "sends an HTTP request, whose lines are taken as messages, and gets no answer: send lines here, and requests or health checks elsewhere; to probe this port, connect and close") {
        @Override
        Match match(ByteBuf start) {
            return request(start);
        }
    },
    /** What a load balancer says before the sender's bytes, version 1 or 2. */
    PROXY(
            "begins with a PROXY header, which is taken as messages: if that is a load balancer, turn the header on with proxy-from=ADDRESS, or off in the load balancer; of two in a row, one must not send it") {
        @Override
        Match match(ByteBuf start) {
            return oneOf(PROXY_STARTS, start);
        }
    },
    /** The identification of an SSH client. */
    SSH(
            "speaks SSH, whose first line is taken as a message: this is no SSH server, see that it goes to the right port") {
        @Override
        Match match(ByteBuf start) {
            return oneOf(SSH_STARTS, start);
        }
    };

    /** What may come to a plain listener. */
    public static final Set<Protocol> ANY = Collections.unmodifiableSet(EnumSet.allOf(Protocol.class));

    /** What may come inside TLS, before which all others would have come. */
    public static final Set<Protocol> IN_TLS = Collections.unmodifiableSet(EnumSet.of(HTTP));

    /** Type and version of the record, its length, type and length of the message, its version. */
    private static final int HELLO_BYTES = 11;

    private static final int MOST_RECORD_BYTES = 16 * 1024;
    private static final int MOST_REQUEST_LINE_BYTES = 8 * 1024;

    private static final List<byte[]> METHODS =
            texts("GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "PRI ");
    private static final List<byte[]> PROXY_STARTS =
            texts("PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN", "\r\n\r\n\0\r\nQUIT\n");
    private static final List<byte[]> SSH_STARTS = texts("SSH-2.0-", "SSH-1.99-");

    private final String advice;

    Protocol(String advice) {
        this.advice = advice;
    }

    /** How far some bytes agree with the start of a protocol. */
    enum Match {
        NO,
        /** All of them, and others that have to follow are not there. */
        PART,
        WHOLE
    }

    /** What a plain listener makes of it and what to do, in words that follow the name of the sender. */
    public String advice() {
        return advice;
    }

    abstract Match match(ByteBuf start);

    /**
     * Which of these it is, if that can be told from these first bytes of a connection. Reads nothing, and copies nothing of
     * lines.
     */
    public static Optional<Protocol> of(ByteBuf start, Set<Protocol> among) {
        for (Protocol each : among) {
            if (each.match(start) == Match.WHOLE) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** Whether it can be one of these, and it depends on bytes that follow. */
    public static boolean mayCome(ByteBuf start, Set<Protocol> among) {
        for (Protocol each : among) {
            if (each.match(start) == Match.PART) {
                return true;
            }
        }
        return false;
    }

    private static List<byte[]> texts(String... texts) {
        return List.of(texts).stream()
                .map(text -> text.getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

    private static Match oneOf(List<byte[]> texts, ByteBuf start) {
        Match best = Match.NO;
        for (byte[] text : texts) {
            Match match = begins(text, start);
            if (match.compareTo(best) > 0) {
                best = match;
            }
        }
        return best;
    }

    private static Match begins(byte[] text, ByteBuf start) {
        int common = Math.min(text.length, start.readableBytes());
        for (int at = 0; at < common; at++) {
            if (start.getByte(start.readerIndex() + at) != text[at]) {
                return Match.NO;
            }
        }
        return common == text.length ? Match.WHOLE : Match.PART;
    }

    /** A line that only begins with a verb is a message like any other. */
    private static Match request(ByteBuf start) {
        Match verb = oneOf(METHODS, start);
        if (verb != Match.WHOLE) {
            return verb;
        }
        int seen = Math.min(start.readableBytes(), MOST_REQUEST_LINE_BYTES);
        int feed = start.indexOf(start.readerIndex(), start.readerIndex() + seen, (byte) '\n');
        int length = feed < 0 ? seen : feed - start.readerIndex();
        String line = start.toString(start.readerIndex(), length, StandardCharsets.ISO_8859_1);
        if (line.contains(" HTTP/1.") || line.contains(" HTTP/2.")) {
            return Match.WHOLE;
        }
        return feed < 0 && seen < MOST_REQUEST_LINE_BYTES ? Match.PART : Match.NO;
    }

    private static Match hello(ByteBuf start) {
        int from = start.readerIndex();
        int seen = Math.min(start.readableBytes(), HELLO_BYTES);
        for (int at = 0; at < seen; at++) {
            if (!fitsHello(at, start.getUnsignedByte(from + at))) {
                return Match.NO;
            }
        }
        if (seen < HELLO_BYTES) {
            return Match.PART;
        }
        int record = start.getUnsignedShort(from + 3);
        int message = start.getUnsignedMedium(from + 6) + 4;
        // A record has one whole hello, or is full of the start of one.
        boolean consistent = record >= HELLO_BYTES - 5 && record <= MOST_RECORD_BYTES && message >= record;
        return consistent ? Match.WHOLE : Match.NO;
    }

    private static boolean fitsHello(int at, int value) {
        return switch (at) {
            case 0 -> value == 22;
            case 1, 9 -> value == 3;
            case 2, 10 -> value <= 4;
            case 5 -> value == 1;
            default -> true;
        };
    }
}
