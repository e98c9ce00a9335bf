package cc.accu.server.internal.format;

import cc.accu.internal.text.Printable;
import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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
                case TEXT -> Optional.of(Text::new);
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

        public String of(long epochMillis) {
            if (epochMillis != millis) {
                millis = epochMillis;
                text = FORM.format(Instant.ofEpochMilli(epochMillis));
            }
            return text;
        }
    }

    /** Formats lines, in pieces that fit into the processor's cache. Any thread. */
    final class Pieces {
        private static final int PIECE_BYTES = 512 * 1024;

        /** With one more line, most pieces need not grow. */
        private static final int ENOUGH_BYTES = PIECE_BYTES * 3 / 4;

        /** What most lines grow by at most. */
        private static final int GROWTH_BYTES = 256;

        private final ThreadLocal<LineFormat> format;

        public Pieces(Supplier<LineFormat> formats) {
            this.format = ThreadLocal.withInitial(formats);
        }

        /**
         * Takes the first lines out of {@code batch}, which has some, and returns them as they are to be written. When that
         * throws, for want of memory for example, the batch still has them.
         */
        public LineBatch next(LineBatch batch) {
            int lines = batch.count();
            long first = batch.firstNumber();
            long most = batch.bytes() + (long) lines * GROWTH_BYTES;
            ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer((int) Math.min(most, PIECE_BYTES));
            try {
                format.get().move(batch, out, ENOUGH_BYTES);
                return new LineBatch(
                        out,
                        lines - batch.count(),
                        batch.origin(),
                        first,
                        batch.receivedMillis(),
                        batch.cut(),
                        batch.end().orElse(null));
            } catch (RuntimeException | Error problem) {
                out.release();
                throw problem;
            }
        }
    }

    /** Time and sender before each line: {@code 2026-11-22T06:00:00.123Z 127.0.0.1:51234 accu.cc}. */
    final class Text implements LineFormat {
        private final Timestamp timestamp = new Timestamp();

        @Override
        public void move(LineBatch batch, ByteBuf out, int enough) {
            String prefix =
                    timestamp.of(batch.receivedMillis()) + " " + batch.origin().sender() + " ";
            byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
            ByteBuf lines = batch.lines();
            int count = 0;
            int start = lines.readerIndex();
            do {
                int next = lines.indexOf(start, lines.writerIndex(), (byte) '\n') + 1;
                out.writeBytes(bytes).writeBytes(lines, start, next - start);
                count++;
                start = next;
            } while (start < lines.writerIndex() && out.readableBytes() < enough);
            batch.skip(count, start - lines.readerIndex());
        }
    }

    /**
     * Shows what another format printed in a way that cannot drive a terminal, as {@link Printable} does; bytes that are not
     * UTF-8 come as U+FFFD. One thread.
     */
    final class TerminalEscape implements LineFormat {
        private final LineFormat format;
        private final ByteBuf printed = Unpooled.buffer();

        public TerminalEscape(LineFormat format) {
            this.format = format;
        }

        @Override
        public void move(LineBatch batch, ByteBuf out, int enough) {
            printed.clear();
            format.move(batch, printed, enough);
            out.writeCharSequence(Printable.lines(printed.toString(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
        }
    }
}
