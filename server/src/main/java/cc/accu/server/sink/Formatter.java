package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.CommitGroup;
import cc.accu.server.internal.commit.TurnQueue;
import cc.accu.server.internal.format.LineFormat;
import cc.accu.server.sink.Sink.SinkClosedException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Formats lines, then hands them to a sink: stored means what it means there. Who hands over formats; when much is on its
 * way already, the rest waits as it came, since formatted it may be many times as long, and each connection gets its turn.
 * Any thread; nobody holds the lock while formatting or calling others.
 */
final class Formatter implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Formatter.class);

    /** With so much on its way, more is formatted when some of that is stored. */
    private static final long AHEAD_BYTES = 2 * 1024 * 1024;

    /** One read of an event loop would keep it from its other connections for long: the rest of that waits. */
    private static final int MUCH_LONGER = 8;

    private static final long RETRY_MILLIS = 100;

    private final Sink sink;
    private final LineFormat.Pieces formatter;

    @GuardedBy("this")
    private final TurnQueue<Unformatted> waiting = new TurnQueue<>();

    @GuardedBy("this")
    private long aheadBytes;

    /** Whether a thread formats what waits: one at a time does, for the order. */
    @GuardedBy("this")
    private boolean formatting;

    @GuardedBy("this")
    private boolean closed;

    @GuardedBy("this")
    private @Nullable IOException failure;

    private volatile boolean starved;
    private final ThreadLocal<Boolean> telling = ThreadLocal.withInitial(() -> false);

    Formatter(Sink sink, Supplier<LineFormat> formats) {
        this.sink = sink;
        this.formatter = new LineFormat.Pieces(formats);
    }

    /** A batch as it came: who waits for it is told when all its pieces are settled. */
    private final class Unformatted {
        private final LineBatch batch;
        private final Completion done;

        @GuardedBy("this")
        private int open = 1; // itself, until its last piece is handed on

        @GuardedBy("this")
        private @Nullable Throwable firstFailure;

        Unformatted(LineBatch batch, Completion done) {
            this.batch = batch;
            this.done = done;
        }

        synchronized void opened() {
            open++;
        }

        void settled(@Nullable Throwable problem) {
            Throwable first;
            synchronized (this) {
                firstFailure = firstFailure == null ? problem : firstFailure;
                if (--open > 0) {
                    return;
                }
                first = firstFailure;
            }
            telling.set(true);
            try {
                done.settled(first);
            } finally {
                telling.set(false);
            }
        }

        void fail(Throwable why) {
            batch.close();
            settled(why);
        }
    }

    /** The next lines of a batch, formatted, on their way to the sink. */
    private final class Piece implements Completion {
        private final Unformatted whole;
        private final LineBatch lines;
        private final int bytes;
        private final boolean grew;

        /** When that throws, the batch is as before. */
        Piece(Unformatted whole) {
            int before = whole.batch.bytes();
            this.whole = whole;
            this.lines = formatter.next(whole.batch);
            this.bytes = lines.bytes();
            this.grew = bytes > MUCH_LONGER * (long) (before - whole.batch.bytes());
        }

        boolean isLast() {
            return whole.batch.isEmpty();
        }

        void handOn() {
            if (isLast()) {
                whole.batch.close();
            } else {
                whole.opened();
            }
            sink.accept(lines, this);
        }

        @Override
        public void settled(@Nullable Throwable problem) {
            synchronized (Formatter.this) {
                aheadBytes -= bytes;
            }
            whole.settled(problem);
            formatWaiting();
        }
    }

    @Override
    public void accept(LineBatch batch, Completion done) {
        Unformatted whole = new Unformatted(batch, done);
        IOException refused = null;
        boolean atOnce;
        synchronized (this) {
            atOnce = !formatting && waiting.isEmpty() && aheadBytes < AHEAD_BYTES;
            if (closed || failure != null) {
                refused = failure != null ? failure : new SinkClosedException("the sink is closed");
            } else if (!atOnce) {
                waiting.add(batch.origin(), whole);
            }
        }
        if (refused != null) {
            whole.fail(refused);
        } else if (atOnce && !isFormatted(whole)) {
            formatWaiting();
        } // else whoever formats, or is told of what is on its way, sees it
    }

    /** Whether all of it is handed on, or the rest waits and will get its turn. */
    private boolean isFormatted(Unformatted whole) {
        boolean goOn = true;
        while (goOn) {
            Piece piece;
            try {
                piece = new Piece(whole);
            } catch (RuntimeException | Error problem) {
                // Mostly for want of memory: it is tried again when some is given back.
                LOG.debug("{}: lines are formatted later", sink.address(), problem);
                break;
            }
            boolean last = piece.isLast();
            goOn = isToGoOn(piece);
            piece.handOn();
            if (last) {
                return true;
            }
        }
        synchronized (this) {
            waiting.add(whole.batch.origin(), whole);
            return aheadBytes > 0;
        }
    }

    private synchronized boolean isToGoOn(Piece piece) {
        aheadBytes += piece.bytes;
        return !piece.grew && aheadBytes < AHEAD_BYTES;
    }

    /**
     * Formats what waits until enough is on its way, unless another thread is at it: that one sees what is new. Done when
     * a piece is settled, so it goes on while any is on its way; nobody does it for long, while others store.
     */
    private void formatWaiting() {
        if (!isMineToFormat()) {
            return;
        }
        long bytes = 0;
        for (Optional<Unformatted> next = next(bytes); next.isPresent(); next = next(bytes)) {
            bytes += bytesHandedOn(next.get());
        }
        if (bytes > 0) {
            sink.flush();
        }
    }

    /** The batch whose turn it is, which stays where it is; none if that is all for now, after so many bytes. */
    private Optional<Unformatted> next(long bytes) {
        List<Unformatted> lost = new ArrayList<>();
        IOException why;
        synchronized (this) {
            boolean enough = aheadBytes >= AHEAD_BYTES || (bytes >= AHEAD_BYTES && aheadBytes > 0);
            why = failure;
            if (why == null && !starved && !waiting.isEmpty() && !enough) {
                return Optional.of(waiting.first());
            }
            formatting = false;
            if (why != null) {
                waiting.moveTo(lost);
            }
            notifyAll();
        }
        if (why != null) {
            lost.forEach(whole -> whole.fail(why));
        }
        return Optional.empty();
    }

    private synchronized boolean isMineToFormat() {
        boolean mine = !formatting && !waiting.isEmpty();
        formatting |= mine;
        return mine;
    }

    private long bytesHandedOn(Unformatted whole) {
        Piece piece;
        try {
            piece = new Piece(whole);
        } catch (OutOfMemoryError full) {
            LOG.warn("{}: no memory left to format lines in; senders are held until that is over", address());
            starved = true;
            GlobalEventExecutor.INSTANCE.schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return 0;
        } catch (RuntimeException | Error problem) {
            failWith(CommitGroup.broken(problem));
            return 0;
        }
        synchronized (this) {
            aheadBytes += piece.bytes;
            if (piece.isLast()) {
                waiting.remove();
            } else {
                waiting.pass();
            }
        }
        piece.handOn();
        return piece.bytes;
    }

    private void retry() {
        starved = false;
        formatWaiting();
    }

    private synchronized void failWith(IOException problem) {
        failure = failure == null ? problem : failure;
    }

    @Override
    public void flush() {
        sink.flush();
    }

    @Override
    public String address() {
        return sink.address();
    }

    @Override
    public Durability durability() {
        return sink.durability();
    }

    @Override
    public Optional<String> held() {
        return starved ? Optional.of("no-memory") : sink.held();
    }

    @Override
    public Optional<Backlog> backlog() {
        return sink.backlog();
    }

    @Override
    public Optional<Storage> storage() {
        return sink.storage();
    }

    @Override
    public void observedBy(Observer observer) {
        sink.observedBy(observer);
    }

    @Override
    public void expectMore() {
        sink.expectMore();
    }

    @Override
    public int mostLineBytes() {
        return sink.mostLineBytes();
    }

    @Override
    public long memoryBytes() {
        return sink.memoryBytes();
    }

    @Override
    public void reopen() {
        sink.reopen();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        sink.flush();
        formatWaiting();
        if (telling.get()) {
            new Thread(this::finish, "accu-sink-close").start(); // what waits needs this thread
        } else {
            finish();
        }
    }

    private void finish() {
        try {
            awaitNoneWaiting();
        } catch (InterruptedException stopWaiting) {
            failWith(new SinkClosedException("the sink was closed before this was stored"));
            formatWaiting();
            Thread.currentThread().interrupt();
        }
        sink.close();
    }

    private synchronized void awaitNoneWaiting() throws InterruptedException {
        while (formatting || !waiting.isEmpty()) {
            wait();
        }
    }
}
