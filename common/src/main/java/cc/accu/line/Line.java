package cc.accu.line;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One message, without its terminator. Immutable in use: the bytes are a copy that belongs to whoever got the line. */
public final class Line {
    private final byte[] bytes;
    private final Origin origin;
    private final long number;
    private final boolean cut;
    private final Optional<End> end;

    Line(byte[] bytes, LineBatch batch, long number) {
        this.bytes = bytes;
        this.origin = batch.origin();
        this.number = number;
        this.cut = batch.cut();
        this.end = batch.end();
    }

    /** The bytes as they came, not a copy: change them only if nobody else has this line. */
    public byte[] bytes() {
        return bytes;
    }

    /** The bytes read as UTF-8; what is not UTF-8 becomes U+FFFD. */
    public String utf8() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public Origin origin() {
        return origin;
    }

    /** The line's number in its connection, from 1; pieces of one line have the same number. */
    public long number() {
        return number;
    }

    /** Whether this is a piece of a line that was too long, and more of that line follows. */
    public boolean cut() {
        return cut;
    }

    /** How the input ended, for a last line without a terminator. */
    public Optional<End> end() {
        return end;
    }

    @Override
    public String toString() {
        return utf8();
    }
}
