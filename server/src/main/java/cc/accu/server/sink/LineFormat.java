package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** How a line looks where it is stored, if not as it came. One thread. */
interface LineFormat {
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
        Optional<Supplier<LineFormat>> formats() {
            return switch (this) {
                case RAW -> Optional.empty();
                case TEXT -> Optional.of(TextFormat::new);
                case JSON -> Optional.of(JsonFormat::new);
            };
        }

        static Kind parse(String name) {
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
}
