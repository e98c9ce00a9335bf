package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.CommitGroup.Outcomes;
import cc.accu.server.internal.commit.CommitQueue;
import cc.accu.server.internal.file.FileProblem;
import cc.accu.server.sink.Sink.SinkClosedException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LineWriter} with group commit: a thread takes all that waits, writes it, commits once, and tells the lot.
 * There is no timer: an idle sink commits at once, a busy one in large groups. With a writer that is quick, whoever
 * flushes does that itself, one after another. Any thread.
 */
public final class WriterSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(WriterSink.class);

    /** What waits is still in the processor's cache up to about here. */
    private static final int SOON_BYTES = 128 * 1024;

    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String address;
    private final LineWriter writer;
    private final CommitQueue queue = new CommitQueue();
    private final Committer committer;
    private final SinkThread thread;
    private final ThreadLocal<Outcomes> outcomes = ThreadLocal.withInitial(Outcomes::new);

    /**
     * Starts the thread. The sink owns {@code writer} from now on and closes it at the end.
     *
     * @param address the sink's; what is before its colon names the thread
     */
    public WriterSink(String address, LineWriter writer) {
        this.address = address;
        this.writer = writer;
        this.committer = new Committer(address, writer, queue);
        this.thread = new SinkThread(address, this::run);
        thread.start();
    }

    @Override
    public void accept(LineBatch batch, Completion done) {
        CommitQueue.Entry entry = new CommitQueue.Entry(batch, done);
        Optional<IOException> failure = committer.failure();
        long waitingBytes = failure.isEmpty() ? queue.add(entry) : CommitQueue.CLOSED;
        if (waitingBytes == CommitQueue.CLOSED) {
            entry.fail(failure.orElseGet(() -> new SinkClosedException("the sink is closed")));
        } else if (waitingBytes >= SOON_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (queue.isEmpty()) {
            return;
        }
        Outcomes known = outcomes.get();
        boolean stored = committer.isStoredHere(known);
        known.tell();
        if (!stored) {
            queue.callThread();
        }
    }

    private void run() {
        Outcomes known = outcomes.get();
        boolean open = true;
        while (open) {
            open = queue.awaitCall();
            for (boolean more = true; more; ) {
                more = committer.serve(known);
                known.tell();
                if (committer.held().isPresent()) {
                    LockSupport.parkNanos(RETRY_NANOS);
                }
            }
        }
        closeWriter();
    }

    private void closeWriter() {
        try {
            writer.close();
        } catch (IOException | RuntimeException | Error atClose) {
            if (!(committer.failure().orElse(null) instanceof SinkClosedException)) {
                LOG.warn("{}: closing failed: {}", address, whyNotClosed(atClose));
            }
        }
    }

    private static String whyNotClosed(Throwable failure) {
        return failure instanceof IOException problem ? FileProblem.why(problem) : failure.toString();
    }

    @Override
    public Optional<String> held() {
        return committer.held();
    }

    @Override
    public Optional<Storage> storage() {
        return writer.storage();
    }

    @Override
    public void observedBy(Observer observer) {
        committer.observedBy(observer);
    }

    @Override
    public void expectMore() {
        queue.expectMore();
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public Durability durability() {
        return writer.durability();
    }

    @Override
    public void reopen() {
        queue.askForReopening();
    }

    @Override
    public void close() {
        queue.close();
        if (thread.isCurrent()) {
            return; // called by who was told that something is stored: the thread ends by itself
        }
        IOException closed = new SinkClosedException("the sink was closed before this was stored");
        thread.awaitEnd(() -> committer.fail(closed), () -> failRest(closed));
    }

    private void failRest(IOException why) {
        Queue<CommitQueue.Entry> lost = queue.takeAll(new ArrayDeque<>());
        lost.forEach(entry -> entry.fail(why));
    }
}
