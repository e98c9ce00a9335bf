package cc.accu.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The consumer's part of docs/kafka.md, as it stands there. */
final class LinesOnce {
    private static final long WINDOW = 262_144;

    private final Map<String, TreeSet<Long>> seen = new HashMap<>();

    /** Whether this line of a spool was here before. */
    boolean isRepeat(ConsumerRecord<?, ?> line) {
        String spool = new String(line.headers().lastHeader("accu-spool").value(), UTF_8);
        long position = Long.parseLong(
                new String(line.headers().lastHeader("accu-position").value(), UTF_8));
        TreeSet<Long> positions = seen.computeIfAbsent(line.partition() + " " + spool, first -> new TreeSet<>());
        boolean late = !positions.isEmpty() && position <= positions.last() - WINDOW;
        if (late || !positions.add(position)) {
            return true;
        }
        positions.headSet(positions.last() - WINDOW).clear();
        return false;
    }
}
