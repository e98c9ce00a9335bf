package cc.accu.server.internal.kafka;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.kafka.KafkaProblem.Remedy;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends batches in their order, and again in their order, until each line is confirmed or with the dead letters, through
 * as many producers as that takes. One thread, but for {@link #held}, {@link #needsCare} and {@link #giveUp}; the
 * producer's thread tells what became of records, and then those who wait.
 *
 * <table>
 * <caption>What it is doing</caption>
 * <tr><th>from</th><th>when</th><th>to</th></tr>
 * <tr><td>sending</td><td>a record failed with its batch, or for what is wrong in the cluster, or with the producer</td>
 *     <td>gathering</td></tr>
 * <tr><td>sending, gathering</td><td>the oldest batch waits for long, and all replicas are in sync</td>
 *     <td>gathering, with the producer closed</td></tr>
 * <tr><td>gathering</td><td>it is known of every record what became of it, if need be because its producer was closed</td>
 *     <td>sending again what is not confirmed, with a new producer if need be</td></tr>
 * <tr><td>sending again</td><td>all is sent</td><td>sending</td></tr>
 * <tr><td>any</td><td>{@link #giveUp}, or dead letters cannot be stored</td><td>failed</td></tr>
 * </table>
 */
public final class Forwarder {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    /** Each has objects of the client's on the heap, beside its bytes in the producer's buffers. */
    private static final int MOST_ON_THE_WAY = 64 * 1024;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A client whose thread has died tells nobody. */
    private static final long ABANDON_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Duration CLOSE_TIME = Duration.ofSeconds(1);

    private final String address;
    private final Records records;
    private final Supplier<Producer<byte[], byte[]>> producers;
    private final TopicCheck check;
    private final Set<String> topics = new HashSet<>();
    private final DeadLetters deadLetters;
    private final Runnable waker;
    private final ProducerSettings settings;

    /** None before one is needed, as there may be no brokers yet. */
    private Optional<Producer<byte[], byte[]>> producer = Optional.empty();

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Set<Shipment> underWay = new LinkedHashSet<>();

    /** Records of this producer of which it is not known what became of them. */
    private volatile AtomicInteger onTheWay = new AtomicInteger();

    /** What is to be done before anything else is sent. */
    private final AtomicReference<@Nullable Remedy> trouble = new AtomicReference<>();

    /** The batch that has waited longest, and since when it is that one, or was looked into. */
    private Optional<Shipment> oldest = Optional.empty();

    private long oldestSince;

    private volatile @Nullable Hold hold;
    private volatile @Nullable Throwable failure;
    private final ThreadLocal<Boolean> telling = ThreadLocal.withInitial(() -> false);

    /** What is known of topics. Blocking. */
    interface TopicCheck {
        /** Looks whether there is such a topic, or makes it. */
        void look(String topic) throws KafkaProblem;

        /** Whether all replicas of all partitions are there, so that nothing keeps lines waiting; false if that cannot be known. */
        default boolean isInSync(String topic) {
            return false;
        }
    }

    /** Why nothing gets through for now. */
    private record Hold(String why, long sinceNanos) {}

    /**
     * For a cluster that takes lines, which is checked. Blocking.
     *
     * @param properties of a producer, as they were typed
     * @param wait how long to wait for brokers that are not there
     * @param waker is called, on any thread, when {@link #mend} is to be called
     * @throws KafkaProblem says why there is none
     * @throws IllegalArgumentException if the properties cannot be, with a message for the person who typed them
     */
    public static Forwarder open(
            KafkaAddress address,
            Map<String, String> properties,
            Duration wait,
            DeadLetters.Store refused,
            Runnable waker)
            throws KafkaProblem {
        ProducerSettings settings = new ProducerSettings(address, properties);
        Cluster cluster = new Cluster(address, settings);
        cluster.await(wait);
        return opened(
                new Forwarder(address, settings, () -> producer(settings), cluster, refused, waker),
                new Diagnosis(address, settings));
    }

    /** The same for lines that can wait elsewhere: brokers that are not there yet are no reason not to begin. */
    public static Forwarder openWithoutBrokers(
            KafkaAddress address, Map<String, String> properties, DeadLetters.Store refused, Runnable waker)
            throws KafkaProblem {
        ProducerSettings settings = new ProducerSettings(address, properties);
        Cluster cluster = new Cluster(address, settings);
        Forwarder forwarder = new Forwarder(address, settings, () -> producer(settings), cluster, refused, waker);
        try {
            cluster.look();
        } catch (KafkaProblem problem) {
            if (!problem.mayPass()) {
                throw problem;
            }
            LOG.warn("{}: {} Begins without, and lines wait.", address, problem.getMessage());
            return forwarder;
        }
        return opened(forwarder, new Diagnosis(address, settings));
    }

    private static Producer<byte[], byte[]> producer(ProducerSettings settings) {
        return new KafkaProducer<>(settings.producer());
    }

    /** For a cluster that was looked at. */
    private static Forwarder opened(Forwarder forwarder, Diagnosis diagnosis) throws KafkaProblem {
        forwarder.records.topicOfAll().ifPresent(forwarder.topics::add);
        try {
            forwarder.producer = Optional.of(forwarder.producers.get());
            return forwarder;
        } catch (KafkaException problem) {
            throw diagnosis.of(problem);
        }
    }

    /** @param producers makes another one, with the same settings */
    Forwarder(
            KafkaAddress address,
            ProducerSettings settings,
            Supplier<Producer<byte[], byte[]>> producers,
            TopicCheck check,
            DeadLetters.Store refused,
            Runnable waker) {
        this.address = address.toString();
        this.records = new Records(address);
        this.settings = settings;
        this.producers = producers;
        this.check = check;
        this.deadLetters = new DeadLetters(this.address, refused);
        this.waker = waker;
    }

    /** Memory that the producer takes for what is on its way. */
    public long bufferBytes() {
        return settings.bufferBytes();
    }

    /** The longest line that the producer takes for sure. */
    public int mostLineBytes() {
        return settings.mostLineBytes();
    }

    /** Takes ownership of {@code batch} and sends its lines; waits while much is on its way, or nothing gets through. */
    public void send(LineBatch batch, Completion done) {
        send(new Shipment(batch, Optional.empty(), done));
    }

    /** The same for lines out of a spool, whose records say where they are in it. */
    public void send(LineBatch batch, SpoolMark mark, Completion done) {
        send(new Shipment(batch, Optional.of(mark), done));
    }

    private void send(Shipment shipment) {
        synchronized (lock) {
            underWay.add(shipment);
        }
        if (trouble.get() == null) {
            sendOpenLines(shipment);
        }
        mend();
    }

    /** Sends what is not cared for; less if there is trouble: then it is sent again anyway. */
    private void sendOpenLines(Shipment shipment) {
        if (!shipment.openForReader()) {
            return;
        }
        if (isTopicThere(records.topicOf(shipment.batch())) && hasProducer()) {
            sendEach(shipment);
        }
        if (shipment.isCompletedByReader()) {
            completed(shipment);
        }
    }

    private boolean isTopicThere(String topic) {
        try {
            if (!topics.contains(topic)) {
                check.look(topic);
                topics.add(topic);
            }
            return true;
        } catch (KafkaProblem notThere) {
            fellShort(Remedy.WAIT, notThere);
            return false;
        }
    }

    private boolean hasProducer() {
        if (producer.isEmpty()) {
            openProducer();
        }
        return producer.isPresent();
    }

    private void sendEach(Shipment shipment) {
        records.open(shipment.batch(), shipment.mark());
        int start = shipment.batch().lines().readerIndex();
        for (int index = 0; trouble.get() == null && records.next(); index++) {
            int next = start + records.lineBytes() + 1;
            if (shipment.isToBeSent(index) && hasRoom()) {
                send(records.record(index), new Sent(shipment, index, start));
            }
            start = next;
        }
        records.close();
    }

    /** Waits for it; false when there is trouble, or no use. */
    private boolean hasRoom() {
        while (onTheWay.get() >= MOST_ON_THE_WAY && trouble.get() == null && failure == null) {
            LockSupport.parkNanos(LOOK_NANOS);
            lookForStuckLines();
        }
        return trouble.get() == null && failure == null;
    }

    private void send(ProducerRecord<byte[], byte[]> theRecord, Sent sent) {
        onTheWay.incrementAndGet();
        try {
            producer.orElseThrow().send(theRecord, sent);
        } catch (RuntimeException | OutOfMemoryError notTaken) {
            sent.failed(notTaken instanceof Exception problem ? problem : new IllegalStateException(notTaken));
            onTheWay.decrementAndGet();
        }
    }

    /** A line that the producer has. Told by the producer's thread, or by ours while it hands it over. */
    private final class Sent implements Callback {
        private final Shipment shipment;
        private final int index;
        private final int start;
        private final AtomicInteger ofProducer = onTheWay;

        Sent(Shipment shipment, int index, int start) {
            this.shipment = shipment;
            this.index = index;
            this.start = start;
        }

        @Override
        public void onCompletion(@Nullable RecordMetadata where, @Nullable Exception problem) {
            try {
                if (problem == null) {
                    confirmed();
                } else {
                    failed(problem);
                }
            } catch (RuntimeException | Error bug) {
                // The producer's thread would end of it, without a word, and nothing would ever be known again.
                LOG.error("{}: a defect in accu, please report it", address, bug);
                giveUp(bug);
            } finally {
                ofProducer.decrementAndGet(); // at last, so that at zero all is known
            }
        }

        private void confirmed() {
            if (hold != null) {
                goOn();
            }
            if (shipment.isCompletedBy(index)) {
                completed(shipment);
            }
        }

        void failed(Exception problem) {
            Remedy remedy = KafkaProblem.remedyFor(problem);
            if (!ofProducer.equals(onTheWay)) {
                LOG.debug("{}: of a producer that was abandoned: {}", address, problem.toString());
            } else if (remedy == Remedy.SET_ASIDE) {
                setAside(KafkaProblem.describe(problem));
            } else if (failure == null) {
                fellShort(remedy, problem);
            }
        }

        private void setAside(String reason) {
            if (shipment.openForReader()) {
                shipment.setAside(index);
                LineBatch batch = shipment.batch();
                deadLetters.add(batch, index, start, records.topicOf(batch), reason, this::stored);
                if (shipment.isCompletedByReader()) {
                    completed(shipment);
                }
            }
        }

        private void stored(@Nullable Throwable notStored) {
            if (notStored != null) {
                giveUp(notStored);
            } else if (shipment.isCompletedByLineSetAside()) {
                completed(shipment);
            }
        }
    }

    private void completed(Shipment shipment) {
        synchronized (lock) {
            underWay.remove(shipment);
        }
        settle(shipment, null);
    }

    private void settle(Shipment shipment, @Nullable Throwable problem) {
        telling.set(true);
        try {
            shipment.settle(problem);
        } finally {
            telling.set(false);
        }
    }

    /** Whether this thread is just telling somebody what became of a batch. */
    public boolean isTellingHere() {
        return telling.get();
    }

    private void fellShort(Remedy remedy, Exception problem) {
        Remedy before = trouble.getAndAccumulate(remedy, Forwarder::worse);
        if (before == null || before.compareTo(remedy) < 0) {
            LOG.debug("{}: {}", address, remedy, problem);
            if (remedy == Remedy.WAIT) {
                hold(KafkaProblem.wordFor(problem), KafkaProblem.describe(problem));
            } else if (remedy == Remedy.NEW_PRODUCER) {
                LOG.warn(
                        "{}: the producer is given up for a new one ({}); lines that were on their way are sent again,"
                                + " and may be there twice",
                        address,
                        KafkaProblem.describe(problem));
            }
            waker.run();
        }
    }

    private static @Nullable Remedy worse(@Nullable Remedy one, @Nullable Remedy other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) < 0 ? other : one;
    }

    private void hold(String why, String what) {
        if (hold == null && failure == null) {
            LOG.warn("{}: {}; nothing is sent until that is over", address, what);
            hold = new Hold(why, System.nanoTime());
        }
    }

    private void goOn() {
        Hold over = hold;
        hold = null;
        if (over != null) {
            LOG.warn("{}: goes on after {} ms", address, (System.nanoTime() - over.sinceNanos()) / 1_000_000);
        }
    }

    /** Whether {@link #mend} has something to do. Any thread. */
    public boolean needsCare() {
        return trouble.get() != null || failure != null;
    }

    /** Whether lines are on their way, so that {@link #mend} is to be called now and then. Any thread. */
    public boolean isWaiting() {
        return onTheWay.get() > 0;
    }

    /** Sends again what did not get through, until all is on its way again. */
    public void mend() {
        lookForStuckLines();
        long pauseNanos = 0;
        while (needsCare() && failure == null) {
            boolean anew = trouble.get() == Remedy.NEW_PRODUCER;
            if (anew) {
                // Which says of each record that it failed, if it was not confirmed.
                producer.ifPresent(given -> given.close(Duration.ZERO));
            }
            if (!isAllKnown(anew)) {
                continue;
            }
            Remedy remedy = trouble.getAndSet(null);
            pause(remedy == Remedy.WAIT ? PAUSE_NANOS : pauseNanos);
            if (remedy == Remedy.NEW_PRODUCER) {
                pauseNanos = Math.min(2 * pauseNanos + PAUSE_NANOS, 10 * PAUSE_NANOS);
                openProducer();
            }
            underWay().forEach(this::sendOpenLines);
            lookForStuckLines();
        }
        if (failure != null) {
            underWay().forEach(lost -> settle(lost, failure));
        }
    }

    /** Waits until it is known what became of each record; false if that takes a new producer, or there is no use. */
    private boolean isAllKnown(boolean anew) {
        long since = System.nanoTime();
        while (onTheWay.get() > 0 && failure == null) {
            if (anew && System.nanoTime() - since > ABANDON_NANOS) {
                LOG.warn("{}: the producer says nothing even when it is closed", address);
                onTheWay = new AtomicInteger();
            }
            if (!anew && trouble.get() == Remedy.NEW_PRODUCER) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
            lookForStuckLines();
        }
        return failure == null;
    }

    /**
     * The client keeps some lines for ever: those for a partition that a topic lost when it was made anew, for example, or
     * all when its thread has died.
     */
    private void lookForStuckLines() {
        Optional<Shipment> first = underWayFirst();
        long now = System.nanoTime();
        if (first.isEmpty() || !first.equals(oldest)) {
            oldest = first;
            oldestSince = now;
        } else if (now - oldestSince > settings.stuckNanos()) {
            oldestSince = now;
            if (isForTheProducerToSend() && isInSync(first.get())) {
                fellShort(
                        Remedy.NEW_PRODUCER,
                        new KafkaProblem("lines wait for " + TimeUnit.NANOSECONDS.toSeconds(settings.stuckNanos())
                                + " s, though all replicas are in sync"));
            }
        }
    }

    /** Not for somebody who gives it a right or a topic, or makes room for dead letters. */
    private boolean isForTheProducerToSend() {
        Hold now = hold;
        return (onTheWay.get() > 0 || trouble.get() != null)
                && (now == null || now.why().equals(KafkaProblem.NO_BROKER))
                && deadLetters.held().isEmpty();
    }

    private boolean isInSync(Shipment shipment) {
        if (!shipment.openForReader()) {
            return false;
        }
        boolean inSync = check.isInSync(records.topicOf(shipment.batch()));
        if (shipment.isCompletedByReader()) {
            completed(shipment);
        }
        return inSync;
    }

    private Optional<Shipment> underWayFirst() {
        synchronized (lock) {
            Iterator<Shipment> inOrder = underWay.iterator();
            return inOrder.hasNext() ? Optional.of(inOrder.next()) : Optional.empty();
        }
    }

    private void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0 && failure == null) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    private void openProducer() {
        while (failure == null) {
            try {
                producer = Optional.of(producers.get());
                return;
            } catch (RuntimeException problem) {
                hold(KafkaProblem.NO_BROKER, "there can be no new producer (" + KafkaProblem.describe(problem) + ")");
                pause(PAUSE_NANOS);
            }
        }
    }

    private List<Shipment> underWay() {
        synchronized (lock) {
            return List.copyOf(underWay);
        }
    }

    /** Why nothing gets through for now, in a word. Any thread. */
    public Optional<String> held() {
        Hold now = hold;
        return now == null ? deadLetters.held() : Optional.of(now.why());
    }

    /** Nothing is sent any more; what is not confirmed has failed. The thread may be interrupted then. Any thread. */
    public synchronized void giveUp(Throwable why) {
        failure = failure == null ? why : failure;
        hold = null;
        waker.run();
    }

    /** Why nothing is sent any more. Any thread. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Waits until all that was sent is confirmed, or given up, and then gives up what it holds. */
    public void close() {
        mend();
        while (failure == null && !underWay().isEmpty()) {
            LockSupport.parkNanos(LOOK_NANOS);
            mend();
        }
        mend();
        Thread.interrupted(); // what it was for is done
        try {
            producer.ifPresent(last -> last.close(failure == null ? CLOSE_TIME : Duration.ZERO));
        } catch (RuntimeException atClose) {
            LOG.debug("{}: closing the producer failed", address, atClose);
        }
        deadLetters.close();
    }
}
