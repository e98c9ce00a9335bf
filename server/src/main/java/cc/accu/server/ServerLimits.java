package cc.accu.server;

import cc.accu.internal.process.OpenFiles;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.server.sink.Sink;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a server allows itself, so that it does not run out of memory whatever senders do.
 *
 * @param bufferBytes memory for lines that are not stored, and for lines that are not finished
 * @param maxConnections connections that may be open
 */
public record ServerLimits(long bufferBytes, int maxConnections) {
    private static final long MOST_DEFAULT_BUFFER_BYTES = 64L * 1024 * 1024;

    /** Of the memory outside of the heap: as much goes to read buffers, to sinks, and into gaps between buffers. */
    private static final int DEFAULT_BUFFER_PART = 4;

    private static final int LARGEST_BUFFER_PART = 2;

    /** A line is in a read buffer, in the buffer that it grows in, and in the one that it grew out of. */
    private static final int LONGEST_LINE_PART = 8;

    /** What an idle connection takes, and one small read. */
    private static final int HEAP_BYTES_EACH = 12 * 1024;

    /** More of it in TLS: an idle one has 7 KiB of heap, one in its handshake 12 and the certificates that are shown. */
    private static final int TLS_HEAP_BYTES_EACH = 20 * 1024;

    private static final int CONNECTIONS_PART = 2;

    /** Open files for sinks, libraries, the admin address, and refused connections before they are closed. */
    private static final int RESERVE = 32;

    private static final int WITHOUT_PROC = 10_000;

    /** Less of the buffer than that is too little for what connections bring. */
    private static final int SINKS_PART = 4;

    /**
     * @param bufferBytes 0 for what fits
     * @param maxConnections 0 for what fits
     * @param tls whether some of them may have TLS
     * @throws IllegalStateException when it does not fit
     */
    static ServerLimits fit(long bufferBytes, int maxConnections, int maxLineBytes, boolean tls) {
        long memory = ReadBuffers.mostDirectBytes();
        if (bufferBytes > memory / LARGEST_BUFFER_PART) {
            throw tooLarge("a buffer", bufferBytes, memory, memory / LARGEST_BUFFER_PART);
        }
        if (maxLineBytes > memory / LONGEST_LINE_PART) {
            throw tooLarge("lines", maxLineBytes, memory, memory / LONGEST_LINE_PART);
        }
        long each = tls ? TLS_HEAP_BYTES_EACH : HEAP_BYTES_EACH;
        long heapConnections = Runtime.getRuntime().maxMemory() / CONNECTIONS_PART / each;
        return new ServerLimits(
                bufferBytes > 0 ? bufferBytes : Math.min(MOST_DEFAULT_BUFFER_BYTES, memory / DEFAULT_BUFFER_PART),
                maxConnections > 0
                        ? maxConnections
                        : (int) Math.min(roomForConnections(), Math.max(1, heapConnections)));
    }

    private static IllegalStateException tooLarge(String what, long bytes, long memory, long most) {
        return new IllegalStateException(what + " of " + bytes + " bytes cannot fit: this JVM has " + memory
                + " bytes for buffers, which leaves " + most + " at most; give it more memory with -Xmx or"
                + " -XX:MaxDirectMemorySize, or ask for less");
    }

    /**
     * What is left of the buffer beside the memory that the sinks themselves take for lines.
     *
     * @throws IllegalStateException when that is too little, or there may be lines that one of them does not take
     */
    long bufferBytesBeside(List<Sink> sinks, int maxLineBytes) {
        long left = bufferBytes;
        for (Sink sink : sinks) {
            if (maxLineBytes > sink.mostLineBytes()) {
                throw new IllegalStateException("lines may have " + maxLineBytes + " bytes, and " + sink.address()
                        + " takes no more than " + sink.mostLineBytes() + "; lower the longest line (--max-line), or"
                        + " raise what it takes (for Kafka: max.request.size, and max.message.bytes of the topic)");
            }
            left -= sink.memoryBytes();
        }
        if (left < bufferBytes / SINKS_PART) {
            throw new IllegalStateException(
                    "of a buffer of " + bufferBytes + " bytes (--buffer) the sinks take all but " + left
                            + "; give it more, or let them take less (for Kafka: buffer.memory)");
        }
        return left;
    }

    /** How many connections the system's limit on open files leaves room for; at least 1. */
    private static int roomForConnections() {
        OptionalLong limit = OpenFiles.limit();
        OptionalLong open = OpenFiles.open();
        return limit.isEmpty() || open.isEmpty()
                ? WITHOUT_PROC
                : (int) Math.max(1, Math.min(Integer.MAX_VALUE, limit.getAsLong() - open.getAsLong() - RESERVE));
    }
}
