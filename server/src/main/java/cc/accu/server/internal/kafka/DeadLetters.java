package cc.accu.server.internal.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.format.JsonFormat;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines that Kafka refuses, each as a JSON object with the reason, in a file that is opened with the first of them. Any
 * thread.
 */
public final class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String address;
    private final Store store;

    @GuardedBy("this")
    private long refused;

    @GuardedBy("this")
    private long nextReportAt = System.nanoTime();

    /** Where they go. */
    public interface Store {
        /** Takes a line; {@code done} is told when it is as safe as a file can make it. Does not wait. */
        void accept(LineBatch line, Completion done);

        /** Why nothing can be stored for now, in a word. */
        Optional<String> held();

        /** What it is called in logs. */
        String address();

        /** Finishes what it accepted. */
        void close();
    }

    /** @param address of the sink, for the log */
    DeadLetters(String address, Store store) {
        this.address = address;
        this.store = store;
    }

    /**
     * Stores a line of {@code batch}, which is not changed.
     *
     * @param index its place in the batch, from 0
     * @param start where it begins in the batch's buffer
     */
    void add(LineBatch batch, int index, int start, String topic, String reason, Completion done) {
        report(topic, reason);
        ByteBuf letter = Unpooled.buffer();
        try (LineBatch one = line(batch, index, start)) {
            letter.writeCharSequence("{\"topic\":\"" + topic + "\",\"reason\":\"" + harmless(reason) + "\",", UTF_8);
            ByteBuf object = Unpooled.buffer();
            new JsonFormat().move(one, object, 1);
            letter.writeBytes(object.skipBytes(1)); // its brace
        }
        store.accept(LineBatch.of(letter, 1, batch.origin(), 1, batch.receivedMillis()), done);
    }

    private static LineBatch line(LineBatch batch, int index, int start) {
        ByteBuf lines = batch.lines();
        int next = lines.indexOf(start, lines.writerIndex(), (byte) '\n') + 1;
        ByteBuf copy = lines.copy(start, next - start);
        return new LineBatch(
                copy,
                1,
                batch.origin(),
                batch.firstNumber() + index,
                batch.receivedMillis(),
                batch.cut(),
                batch.end().orElse(null));
    }

    private static String harmless(String reason) {
        return reason.replace('"', '\'').replace('\\', '/').replaceAll("\\p{Cntrl}+", " ");
    }

    private void report(String topic, String reason) {
        long many;
        synchronized (this) {
            refused++;
            if (System.nanoTime() - nextReportAt < 0) {
                return;
            }
            nextReportAt = System.nanoTime() + REPORT_NANOS;
            many = refused;
            refused = 0;
        }
        LOG.warn("{}: topic {} refuses {} lines, which go to {}: {}", address, topic, many, store.address(), reason);
    }

    Optional<String> held() {
        return store.held();
    }

    /** Finishes what was added, and says how many refused lines were not reported yet. */
    void close() {
        long many;
        synchronized (this) {
            many = refused;
            refused = 0;
        }
        if (many > 0) {
            LOG.warn("{}: {} more lines were refused; where they go is {}", address, many, store.address());
        }
        store.close();
    }
}
