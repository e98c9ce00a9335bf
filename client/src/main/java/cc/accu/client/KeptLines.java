package cc.accu.client;

import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lines that are not settled yet, oldest first, and how far they have been handed to the current connection.
 * Messages are numbered by counting, over all connections. One thread at a time: the lock of {@link Unacknowledged}.
 */
final class KeptLines {
    private final ByteBufAllocator allocator;
    private final List<KeptChunk> chunks = new ArrayList<>();
    private final Credit credit = new Credit();
    private int handing;
    private Tally handed = Tally.NONE;
    private Tally added = Tally.NONE;
    private long settled;

    KeptLines(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    void add(ByteBuffer lines, int messages) {
        int bytes = lines.remaining();
        if (chunks.isEmpty() || !last().hasRoomFor(bytes)) {
            chunks.add(KeptChunk.withRoomFor(bytes, added, allocator));
        }
        last().add(lines, messages);
        added = added.plus(messages, bytes);
    }

    private KeptChunk last() {
        return chunks.get(chunks.size() - 1);
    }

    /** All that was ever added. */
    Tally added() {
        return added;
    }

    /** How many messages need no more care, from the first one on. */
    long settled() {
        return settled;
    }

    boolean isEmpty() {
        return settled == added.messages();
    }

    /** The next lines for the connection, as far as its credit goes. */
    Optional<Piece> next() {
        if (handing < chunks.size() - 1 && handed.equals(chunks.get(handing).end())) {
            handing++;
        }
        if (handed.equals(added) || handed.bytes() >= credit.end()) {
            return Optional.empty();
        }
        Piece piece = chunks.get(handing).toWrite(handed, credit.end());
        handed = piece.end();
        return Optional.of(piece);
    }

    /** Starts again, for a new connection, from the first message that is not settled: its number. */
    long restart() {
        Tally first = isEmpty() ? added : chunks.get(0).startOf(settled);
        credit.begin(first.bytes(), handed.bytes());
        handing = 0;
        handed = first;
        return settled;
    }

    /** The first {@code number} messages, all of which have been handed out, need no more care. */
    void settle(long number) {
        settled = number;
        credit.lift();
        int done = 0;
        while (done < chunks.size() && chunks.get(done).end().messages() <= number) {
            chunks.get(done++).release();
        }
        chunks.subList(0, done).clear();
        handing = Math.max(0, handing - done);
    }

    /** The length of the first message that is not settled, of which there is one. */
    int firstLength() {
        KeptChunk chunk = chunks.get(0);
        return chunk.lengthAt(chunk.startOf(settled));
    }

    /** All that was sent up to {@code bytes} into a piece; nothing if its lines are settled. */
    Tally upTo(Piece piece, int bytes) {
        if (bytes == piece.bytes()) {
            return piece.end();
        }
        return chunks.contains(piece.chunk()) ? piece.chunk().upTo(piece.start(), bytes) : Tally.NONE;
    }

    void clear() {
        chunks.forEach(KeptChunk::release);
        chunks.clear();
    }
}
