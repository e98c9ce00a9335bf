package cc.accu.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.util.concurrent.GenericProgressiveFutureListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Consumer;

/** Gives one channel the lines that wait, a little at a time, and notes what it wrote. Event-loop confined. */
final class PieceWriter {
    private static final int MOST_BYTES_WITH_CHANNEL = 512 * 1024;
    private static final int MOST_PIECES_WITH_CHANNEL = 64;

    private final Channel channel;
    private final Unacknowledged lines;
    private final Deadline deadline;
    private final Consumer<Throwable> failed;
    private final Deque<Piece> withChannel = new ArrayDeque<>();
    private long bytesWithChannel;
    private int writtenOfFirst;
    private long handed;

    /**
     * @param deadline for writing
     * @param failed is told when the channel cannot write
     */
    PieceWriter(Channel channel, Unacknowledged lines, Deadline deadline, Consumer<Throwable> failed) {
        this.channel = channel;
        this.lines = lines;
        this.deadline = deadline;
        this.failed = failed;
    }

    /** Says how many messages were settled before this channel came. */
    void start(long before) {
        handed = before;
    }

    /** Writes what waits, as far as the channel should have it. */
    void write() {
        boolean any = false;
        while (bytesWithChannel < MOST_BYTES_WITH_CHANNEL && withChannel.size() < MOST_PIECES_WITH_CHANNEL) {
            var piece = lines.next();
            if (piece.isEmpty()) {
                break;
            }
            write(piece.get());
            any = true;
        }
        if (any) {
            deadline.begin();
            channel.flush();
        }
    }

    private void write(Piece piece) {
        withChannel.add(piece);
        bytesWithChannel += piece.bytes();
        handed = piece.end().messages();
        ChannelProgressivePromise promise = channel.newProgressivePromise();
        promise.addListener(new GenericProgressiveFutureListener<ChannelProgressiveFuture>() {
            @Override
            public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
                writtenOfFirst = (int) progress;
                deadline.progressed(true);
            }

            @Override
            public void operationComplete(ChannelProgressiveFuture future) {
                if (future.isSuccess()) {
                    writtenFirst();
                } else {
                    failed.accept(Objects.requireNonNull(future.cause()));
                }
            }
        });
        channel.write(piece.lines(), promise);
    }

    private void writtenFirst() {
        Piece piece = withChannel.remove();
        writtenOfFirst = 0;
        bytesWithChannel -= piece.bytes();
        lines.written(piece, piece.bytes());
        deadline.progressed(!withChannel.isEmpty());
        write();
    }

    /** How many messages, over all connections, are with the channel or have been. */
    long handed() {
        return handed;
    }

    /** Notes what was written of a piece that was not finished. The channel writes nothing more. */
    void stop() {
        deadline.cancel();
        if (!withChannel.isEmpty()) {
            lines.written(withChannel.element(), writtenOfFirst);
        }
        withChannel.clear();
    }
}
