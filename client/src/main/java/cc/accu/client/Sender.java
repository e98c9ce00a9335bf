package cc.accu.client;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** A way to get lines to a server: with or without acknowledgements. Any thread. */
interface Sender {
    /** Takes a copy of whole lines; the future completes when they are delivered, as far as this sender can tell. */
    CompletableFuture<Void> send(ByteBuffer lines, int messages);

    /** Completes when all that was sent before is delivered. */
    CompletableFuture<Void> flushed();

    /** What was taken, and what was refused for good. */
    Tally sent();

    /** What was wholly written, at least once. */
    Tally written();

    /** Messages that the server has acknowledged. */
    long acknowledged();

    /** What an acknowledgement means, in the server's words; empty without acknowledgements. */
    Optional<String> durable();

    /** The longest line that the server takes; empty without acknowledgements. */
    OptionalLong maxLineBytes();

    /** Where the last connection went to. */
    Endpoint endpoint();

    /** Whether the calling thread is one that completes the futures. */
    boolean isOwnThread();

    /** Delivers what was taken, and says good-bye. Blocking; not on a thread of its own. */
    void close() throws IOException;
}
