package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.kafka.Forwarder;
import cc.accu.server.internal.kafka.KafkaAddress;
import cc.accu.server.internal.kafka.KafkaProblem;
import cc.accu.server.internal.kafka.SpoolMark;
import cc.accu.server.internal.spool.Spool;
import cc.accu.server.internal.spool.SpoolReader.Spooled;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores lines in a spool on the disk, which is what their senders are told, and forwards them to Kafka from there, on a
 * thread of its own and for as long as that takes. Any thread.
 */
final class SpooledSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledSink.class);

    /** Enough to keep brokers busy that answer after a tenth of a second. */
    private static final long MOST_AHEAD_BYTES = 16 * 1024 * 1024;

    private static final int HEAP_PART = 16;

    /** No line comes later to Kafka than so many others, and those of a frame: consumers that drop repeats rely on it. */
    private static final long MOST_AHEAD_LINES = 64 * 1024;

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final long RETRY_MILLIS = 1000;

    /** At the end, lines are forwarded while that goes on. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final KafkaAddress address;
    private final DeadLetterFile deadLetters;
    private final Spool spool;
    private final Sink store;
    private final Forwarder forwarder;
    private final Thread thread;
    private final long mostAheadBytes;
    private volatile boolean closing;
    private boolean toldUnreadable;

    /** Handed to the forwarder, in the order of the spool. */
    @GuardedBy("this")
    private final Deque<Forwarding> ahead = new ArrayDeque<>();

    @GuardedBy("this")
    private long aheadBytes;

    @GuardedBy("this")
    private long aheadLines;

    /** Whether the thread waits for Kafka, if it waits: an interrupt would close files that it reads. */
    @GuardedBy("this")
    private boolean atForwarder;

    private SpooledSink(KafkaAddress address, Spool spool, DeadLetterFile deadLetters, KafkaSettings settings)
            throws KafkaProblem {
        this.address = address;
        this.spool = spool;
        this.deadLetters = deadLetters;
        this.mostAheadBytes = Math.min(MOST_AHEAD_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PART);
        this.forwarder = Forwarder.openWithoutBrokers(address, settings.properties(), deadLetters, this::wake);
        this.store = new WriterSink(spool.address(), new FileWriter(spool.writer()));
        this.thread = new Thread(this::run, "accu-forward-kafka");
        thread.setDaemon(true);
    }

    /** @throws SinkException with a message for the person who named the topic */
    static SpooledSink open(KafkaAddress address, KafkaAddress.SpoolPlace place, KafkaSettings settings) {
        KafkaSink.refuseWithoutClient(address);
        try {
            Spool spool = Spool.open(place.directory(), place.mostBytes());
            try {
                SpooledSink sink = new SpooledSink(address, spool, new DeadLetterFile(address.deadLetters()), settings);
                sink.reportDepth("of an earlier run wait");
                sink.thread.start();
                return sink;
            } catch (IOException | RuntimeException problem) {
                spool.writer().close();
                spool.close();
                throw problem;
            }
        } catch (IOException | IllegalArgumentException problem) {
            throw new SinkException(address.toString(), String.valueOf(problem.getMessage()), problem);
        }
    }

    private void reportDepth(String what) {
        if (spool.depthLines() > 0) {
            LOG.warn("{}: {} lines {} to be forwarded", spool.address(), spool.depthLines(), what);
        }
    }

    /** Lines on their way to Kafka. */
    private final class Forwarding implements Completion {
        private final long last;
        private final int lines;
        private final int bytes;

        private volatile boolean confirmed;

        Forwarding(Spooled spooled) {
            this.last = spooled.last();
            this.lines = spooled.batch().count();
            this.bytes = spooled.batch().bytes();
        }

        /** What is not confirmed stays in the spool. */
        @Override
        public void settled(@Nullable Throwable failure) {
            if (failure != null) {
                return;
            }
            confirmed = true;
            confirmFirst();
        }
    }

    /** They are confirmed in any order; the spool knows one position. */
    private synchronized void confirmFirst() {
        while (!ahead.isEmpty() && ahead.getFirst().confirmed) {
            Forwarding first = ahead.removeFirst();
            aheadBytes -= first.bytes;
            aheadLines -= first.lines;
            spool.reader().confirm(first.last);
        }
        notifyAll();
    }

    private synchronized void wake() {
        notifyAll();
    }

    private void run() {
        try {
            while (forwarder.failure().isEmpty() && !(closing && spool.depthLines() == 0)) {
                if (forwarder.needsCare() || !isNextForwarded()) {
                    atForwarder(forwarder::mend);
                }
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error bug) {
            LOG.error("{}: a defect in accu, please report it", address, bug);
            forwarder.giveUp(bug);
        }
        forwarder.close();
    }

    private boolean isNextForwarded() throws InterruptedException {
        if (!hasRoom()) {
            spool.reader().keepUp();
            return false;
        }
        Optional<Spooled> next = read();
        next.ifPresent(this::forward);
        return next.isPresent();
    }

    /** Waits for it for a while. */
    private synchronized boolean hasRoom() throws InterruptedException {
        long until = System.nanoTime() + LOOK.toNanos();
        while (isFull() && !forwarder.needsCare() && System.nanoTime() - until < 0) {
            wait(LOOK.toMillis());
        }
        return !isFull();
    }

    @GuardedBy("this")
    private boolean isFull() {
        return aheadBytes >= mostAheadBytes || aheadLines >= MOST_AHEAD_LINES;
    }

    private Optional<Spooled> read() throws InterruptedException {
        try {
            Optional<Spooled> next = spool.reader().next(LOOK);
            toldUnreadable = false;
            return next;
        } catch (IOException unreadable) {
            if (!toldUnreadable) {
                LOG.error("{}: cannot read what is to be forwarded; tries again: {}", address, unreadable.toString());
            }
            toldUnreadable = true;
            Thread.sleep(RETRY_MILLIS);
            return Optional.empty();
        }
    }

    private void forward(Spooled lines) {
        Forwarding forwarding = new Forwarding(lines);
        synchronized (this) {
            ahead.add(forwarding);
            aheadBytes += forwarding.bytes;
            aheadLines += forwarding.lines;
        }
        SpoolMark mark = new SpoolMark(spool.id(), lines.position());
        atForwarder(() -> forwarder.send(lines.batch(), mark, forwarding));
    }

    private void atForwarder(Runnable work) {
        synchronized (this) {
            atForwarder = true;
        }
        try {
            work.run();
        } finally {
            synchronized (this) {
                atForwarder = false;
                Thread.interrupted();
            }
        }
    }

    @Override
    public void accept(LineBatch batch, Completion done) {
        Optional<Throwable> failure = forwarder.failure();
        if (failure.isPresent()) {
            batch.close();
            done.settled(failure.get());
        } else {
            store.accept(batch, done);
        }
    }

    @Override
    public void flush() {
        store.flush();
    }

    /** That Kafka takes nothing holds nobody before the spool is full. */
    @Override
    public Optional<String> held() {
        return store.held();
    }

    @Override
    public Optional<Backlog> backlog() {
        return Optional.of(new Backlog(spool.depthLines(), spool.depthBytes(), spool.age()));
    }

    @Override
    public Optional<Storage> storage() {
        return store.storage();
    }

    @Override
    public void observedBy(Observer observer) {
        store.observedBy(observer);
    }

    @Override
    public void expectMore() {
        store.expectMore();
    }

    @Override
    public String address() {
        return address.toString();
    }

    @Override
    public Durability durability() {
        return store.durability();
    }

    @Override
    public long memoryBytes() {
        return forwarder.bufferBytes() + mostAheadBytes;
    }

    @Override
    public int mostLineBytes() {
        return forwarder.mostLineBytes();
    }

    @Override
    public void reopen() {
        deadLetters.reopen();
    }

    @Override
    public void close() {
        store.close();
        if (closing) {
            return;
        }
        closing = true;
        if (!isForwarded()) {
            forwarder.giveUp(new SinkClosedException("the sink was closed; what is not forwarded stays in the spool"));
            synchronized (this) {
                if (atForwarder) {
                    thread.interrupt();
                }
            }
        }
        try {
            thread.join(TimeUnit.NANOSECONDS.toMillis(STALL_NANOS));
        } catch (InterruptedException stopWaiting) {
            Thread.currentThread().interrupt();
        }
        try {
            spool.close();
        } catch (IOException failure) {
            LOG.warn("{}: cannot close the spool: {}", address, failure.toString());
        }
        reportDepth("stay");
    }

    /** Waits until the thread has forwarded all that there is, or does not get on. */
    private boolean isForwarded() {
        long depth = spool.depthLines();
        long since = System.nanoTime();
        while (thread.isAlive() && System.nanoTime() - since < STALL_NANOS) {
            try {
                thread.join(LOOK.toMillis());
            } catch (InterruptedException stopWaiting) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (spool.depthLines() != depth) {
                depth = spool.depthLines();
                since = System.nanoTime();
            }
        }
        return !thread.isAlive();
    }
}
