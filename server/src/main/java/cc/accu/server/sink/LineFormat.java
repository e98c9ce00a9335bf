package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import java.util.Locale;

/** How a line looks where it is stored. One thread. */
interface LineFormat {
    /** Appends all lines of the batch to {@code out}, each with an LF at its end and none inside. */
    void append(LineBatch batch, ByteBuf out);

    /** The names that the {@code format} option has. */
    enum Kind {
        RAW,
        TEXT,
        JSON;

        /** A new format, for one thread. */
        LineFormat create() {
            return switch (this) {
                case RAW -> new RawFormat();
                case TEXT -> new TextFormat();
                case JSON -> new JsonFormat();
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
