package cc.accu.server.internal.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import cc.accu.line.LineBatch;
import cc.accu.server.internal.format.LineCursor;
import cc.accu.server.internal.format.LineFormat;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Makes records of the lines of a batch, one after another. One thread. */
final class Records {
    private final KafkaAddress address;
    private final LineFormat.Timestamp timestamp = new LineFormat.Timestamp();
    private final LineCursor line = new LineCursor();

    /** What the lines of a batch have in common. */
    private String topic = "";

    private byte @Nullable [] key;
    private Long millis = 0L;
    private RecordHeaders headers = new RecordHeaders();
    private Optional<SpoolMark> mark = Optional.empty();

    Records(KafkaAddress address) {
        this.address = address;
    }

    /** Goes before the first line of {@code batch}, which is not changed. */
    void open(LineBatch batch, Optional<SpoolMark> inSpool) {
        mark = inSpool;
        topic = topicOf(batch);
        key = address.key().of(batch.origin()).map(text -> text.getBytes(UTF_8)).orElse(null);
        millis = batch.receivedMillis();
        headers = headers(batch);
        line.open(batch.lines());
    }

    /** Where its lines go. Any thread. */
    String topicOf(LineBatch batch) {
        return address.topicOf(batch.origin().listener());
    }

    /** Where all lines go, if they have one topic. */
    Optional<String> topicOfAll() {
        return address.hasTopicForEachListener() ? Optional.empty() : Optional.of(address.topic());
    }

    private RecordHeaders headers(LineBatch batch) {
        RecordHeaders all = new RecordHeaders(List.of(
                header("accu-listener", batch.origin().listener()),
                header("accu-peer", batch.origin().peer()),
                header("accu-time", timestamp.of(batch.receivedMillis()))));
        batch.origin().subject().ifPresent(name -> all.add(header("accu-subject", name)));
        batch.end().ifPresent(end -> all.add(header("accu-end", end.toString())));
        if (batch.cut()) {
            all.add(header("accu-cut", "true"));
        }
        mark.ifPresent(inSpool -> all.add(header("accu-spool", inSpool.spool())));
        return all;
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(UTF_8));
    }

    /** Goes to the next line; false behind the last. */
    boolean next() {
        return line.next();
    }

    /** How long the current line is, without its LF. */
    int lineBytes() {
        return line.bytes();
    }

    /** Of the current line, which has that place in the batch. */
    ProducerRecord<byte[], byte[]> record(int index) {
        ProducerRecord<byte[], byte[]> made = new ProducerRecord<>(topic, null, millis, key, line.copy(), headers);
        if (mark.isPresent()) {
            made.headers().add(header("accu-position", Long.toString(mark.get().first() + index)));
        }
        return made;
    }

    /** Forgets the lines. */
    void close() {
        line.close();
    }
}
