package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** How a line looks where it is stored, if not as it came. One thread. */
public interface LineFormat {
    /**
     * Moves lines from the batch to {@code out}, each with an LF at its end and none inside, until the batch is empty or
     * {@code out} has about {@code enough} bytes. At least one line.
     */
    void move(LineBatch batch, ByteBuf out, int enough);

    /** The names that the {@code format} option has. */
    enum Kind {
        RAW,
        TEXT,
        JSON;

        /** Makes formats; empty when lines stay as they are. */
        public Optional<Supplier<LineFormat>> formats() {
            return switch (this) {
                case RAW -> Optional.empty();
                case TEXT -> Optional.of(TextFormat::new);
                case JSON -> Optional.of(JsonFormat::new);
            };
        }

        public static Kind parse(String name) {
            for (Kind kind : values()) {
                if (kind.toString().equals(name)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("unknown format '" + name + "'; it is raw, text or json");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The time of a batch as formats print it, {@code 2026-11-22T06:00:00.123Z}; remembers the last. One thread. */
    final class Timestamp {
        private static final DateTimeFormatter FORM =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

        private long millis = -1;
        private String text = "";

        String of(long epochMillis) {
            if (epochMillis != millis) {
                millis = epochMillis;
                text = FORM.format(Instant.ofEpochMilli(epochMillis));
            }
            return text;
        }
    }
}
