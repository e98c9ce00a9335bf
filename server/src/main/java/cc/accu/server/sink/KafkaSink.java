package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.kafka.Forwarder;
import cc.accu.server.internal.kafka.KafkaAddress;
import cc.accu.server.internal.kafka.KafkaProblem;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands lines to Kafka: stored means that every in-sync replica has them, or that Kafka refuses them and they are in the
 * file of dead letters, on the disk. A thread of its own talks to the client, which may wait. Any thread.
 */
final class KafkaSink implements Sink {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    private static final String CLIENT = "org.apache.kafka.clients.producer.KafkaProducer";
    private static final long LOOK_MILLIS = 1000;

    private final KafkaAddress address;
    private final DeadLetterFile deadLetters;
    private final Forwarder forwarder;
    private final SinkThread thread;

    @GuardedBy("this")
    private final Queue<Waiting> queue = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean closed;

    /** A batch that the thread did not get to yet. */
    private record Waiting(LineBatch batch, Completion done) {
        void fail(Throwable why) {
            batch.close();
            done.settled(why);
        }
    }

    private KafkaSink(KafkaAddress address, KafkaSettings settings) throws KafkaProblem {
        this.address = address;
        this.deadLetters = new DeadLetterFile(address.deadLetters());
        this.forwarder = Forwarder.open(address, settings.properties(), settings.brokerWait(), deadLetters, this::wake);
        this.thread = new SinkThread(address.toString(), this::run);
    }

    /** @throws SinkException with a message for the person who named the topic */
    static KafkaSink open(KafkaAddress address, KafkaSettings settings) {
        refuseWithoutClient(address);
        try {
            KafkaSink sink = new KafkaSink(address, settings);
            sink.thread.start();
            return sink;
        } catch (KafkaProblem | IllegalArgumentException problem) {
            throw new SinkException(address.toString(), String.valueOf(problem.getMessage()), problem);
        }
    }

    static void refuseWithoutClient(KafkaAddress address) {
        try {
            Class.forName(CLIENT, false, KafkaSink.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new SinkException(
                    address.toString(),
                    "the Kafka client is not in this jar, to keep it small; take server-kafka.jar in place of"
                            + " server.jar, or in a program add the dependency org.apache.kafka:kafka-clients",
                    missing);
        }
    }

    @Override
    public void accept(LineBatch batch, Completion done) {
        Waiting waiting = new Waiting(batch, done);
        boolean taken;
        synchronized (this) {
            taken = !closed && forwarder.failure().isEmpty() && queue.add(waiting);
            notifyAll();
        }
        if (!taken) {
            waiting.fail(whyClosed());
        }
    }

    private Throwable whyClosed() {
        return forwarder.failure().orElseGet(() -> new SinkClosedException("the sink is closed"));
    }

    private synchronized void wake() {
        notifyAll();
    }

    private void run() {
        try {
            while (!isFinished()) {
                next().ifPresentOrElse(waiting -> forwarder.send(waiting.batch, waiting.done), forwarder::mend);
            }
        } catch (RuntimeException | Error bug) {
            LOG.error("{}: a defect in accu, please report it", address, bug);
            forwarder.giveUp(bug);
        }
        forwarder.close();
        failWaiting();
    }

    private void failWaiting() {
        List<Waiting> lost;
        synchronized (this) {
            closed = true;
            lost = List.copyOf(queue);
            queue.clear();
        }
        lost.forEach(waiting -> waiting.fail(whyClosed()));
    }

    /** Waits for a batch; empty when there is none and something else to do, or to look after. */
    private synchronized Optional<Waiting> next() {
        boolean isToLook = false;
        while (queue.isEmpty() && !closed && !forwarder.needsCare() && !isToLook) {
            try {
                isToLook = forwarder.isWaiting();
                wait(isToLook ? LOOK_MILLIS : 0);
            } catch (InterruptedException givenUp) {
                // Who interrupts has said so to the forwarder first.
            }
        }
        return Optional.ofNullable(queue.poll());
    }

    private synchronized boolean isFinished() {
        return forwarder.failure().isPresent() || (closed && queue.isEmpty());
    }

    @Override
    public Optional<String> held() {
        return forwarder.held();
    }

    @Override
    public String address() {
        return address.toString();
    }

    @Override
    public Durability durability() {
        return Durability.REPLICATED;
    }

    @Override
    public long memoryBytes() {
        return forwarder.bufferBytes();
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
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        if (thread.isCurrent() || forwarder.isTellingHere()) {
            return; // called by who was told that something is stored: the thread ends by itself
        }
        SinkClosedException notStored = new SinkClosedException("the sink was closed before this was stored");
        thread.awaitEnd(() -> forwarder.giveUp(notStored), this::failWaiting);
    }
}
