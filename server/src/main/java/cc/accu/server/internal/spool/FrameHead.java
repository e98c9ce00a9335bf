package cc.accu.server.internal.spool;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The line that comes before some lines of a spool, which follow as they came, and says who sent them. With those it makes
 * a frame. It has a checksum of its own, so that lines are never taken for a head.
 *
 * <p>It is ASCII, ends with LF, and has single spaces between its fields:
 *
 * <pre>accu-spool/1 ID POSITION COUNT BYTES CHECKSUM MILLIS NUMBER CUT END LISTENER PEER PROCESS HEADSUM</pre>
 *
 * <p>{@code ID} has 16 hexadecimal digits, each checksum (CRC-32C) has 8, and other numbers are decimal. {@code CUT} is
 * {@code cut} or {@code -}; {@code END} is the name of an {@link End} or {@code -}; the three fields of the sender are those
 * of {@link OriginTexts}. {@code HEADSUM} is the checksum of all before it, the space included.
 *
 * @param spool the spool's id
 * @param position of the first line; the others follow one by one
 * @param count lines in the frame
 * @param bytes of the lines, with their terminators
 * @param checksum of those bytes
 * @param receivedMillis never before 1970
 */
record FrameHead(
        long spool,
        long position,
        int count,
        int bytes,
        int checksum,
        long receivedMillis,
        long firstNumber,
        boolean cut,
        Optional<End> end,
        Origin origin) {

    /** Longer than any: names of senders are cut for it. */
    static final int MOST_BYTES = 16 * 1024;

    /** Position of the last line. */
    long last() {
        return position + count - 1;
    }

    /** The lines, which are owned by what is returned. */
    LineBatch batch(ByteBuf lines) {
        return new LineBatch(lines, count, origin, firstNumber, receivedMillis, cut, end.orElse(null));
    }

    private boolean isPossible() {
        return position > 0 && count > 0 && bytes >= count && last() >= position;
    }

    /** Writes and reads heads; remembers senders, who mostly come again. One thread. */
    static final class Codec {
        private static final byte[] MAGIC = ascii("accu-spool/1 ");
        static final int MAGIC_BYTES = MAGIC.length;

        private static final byte[] NONE = ascii("-");
        private static final byte[] CUT = ascii("cut");
        private static final Map<End, byte[]> ENDS = new EnumMap<End, byte[]>(
                Arrays.stream(End.values()).collect(Collectors.toMap(end -> end, end -> ascii(end.toString()))));

        private static final byte[] DIGITS = ascii("0123456789abcdef");
        private static final int ID_DIGITS = 16;
        private static final int SUM_DIGITS = 8;
        private static final int MOST_DECIMALS = 19;

        private final OriginTexts origins = new OriginTexts();
        private final CRC32C sum = new CRC32C();

        /** What is written or read. */
        private final byte[] line = new byte[MOST_BYTES];

        /** How far that is. */
        private int at;

        /** Where the fields end that are read. */
        private int end;

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        int checksumOf(ByteBuf lines, int start, int bytes) {
            sum.reset();
            sum.update(lines.nioBuffer(start, bytes));
            return (int) sum.getValue();
        }

        private int checksumOfLine(int bytes) {
            sum.reset();
            sum.update(line, 0, bytes);
            return (int) sum.getValue();
        }

        /** The line, with its terminator. */
        byte[] line(FrameHead head) {
            at = 0;
            put(MAGIC);
            putHex(head.spool, ID_DIGITS);
            putDecimal(head.position);
            putDecimal(head.count);
            putDecimal(head.bytes);
            putHex(head.checksum, SUM_DIGITS);
            putDecimal(head.receivedMillis);
            putDecimal(head.firstNumber);
            putField(head.cut ? CUT : NONE);
            putField(head.end.map(ENDS::get).orElse(NONE));
            putField(origins.textOf(head.origin));
            putHex(checksumOfLine(at), SUM_DIGITS);
            line[at - 1] = '\n';
            return Arrays.copyOf(line, at);
        }

        private void put(byte[] text) {
            System.arraycopy(text, 0, line, at, text.length);
            at += text.length;
        }

        private void putField(byte[] text) {
            put(text);
            line[at++] = ' ';
        }

        private void putHex(long value, int digits) {
            long left = value;
            for (int i = at + digits - 1; i >= at; i--) {
                line[i] = DIGITS[(int) left & 0xf];
                left >>>= 4;
            }
            at += digits;
            line[at++] = ' ';
        }

        private void putDecimal(long value) {
            int start = at;
            long left = Math.max(value, 0);
            do {
                line[at++] = (byte) ('0' + left % 10);
                left /= 10;
            } while (left > 0);
            for (int i = start, j = at - 1; i < j; i++, j--) {
                byte digit = line[i];
                line[i] = line[j];
                line[j] = digit;
            }
            line[at++] = ' ';
        }

        /** Whether a line that begins with these bytes may be a head. */
        static boolean isBegunBy(ByteBuf bytes, int start) {
            for (int i = 0; i < MAGIC_BYTES; i++) {
                if (bytes.getByte(start + i) != MAGIC[i]) {
                    return false;
                }
            }
            return true;
        }

        /** What a line says, of so many bytes without its terminator; empty if it is no head, or damaged. */
        Optional<FrameHead> parse(ByteBuf bytes, int start, int length) {
            int fields = length - SUM_DIGITS;
            if (length > MOST_BYTES || fields < MAGIC_BYTES || !isBegunBy(bytes, start)) {
                return Optional.empty();
            }
            bytes.getBytes(start, line, 0, length);
            try {
                at = fields;
                end = length;
                if ((int) hex() != checksumOfLine(fields)) {
                    return Optional.empty();
                }
                at = MAGIC_BYTES;
                end = fields - 1;
                return Optional.of(parsed()).filter(FrameHead::isPossible);
            } catch (IllegalArgumentException notOurs) {
                return Optional.empty();
            }
        }

        private FrameHead parsed() {
            return new FrameHead(
                    hex(), decimal(), number(), number(), (int) hex(), decimal(), decimal(), cut(), ended(), origin());
        }

        /** Where the field ends that is next. */
        private int fieldEnd() {
            int next = at;
            while (next < end && line[next] != ' ') {
                next++;
            }
            return next;
        }

        private long decimal() {
            int fieldEnd = fieldEnd();
            long value = 0;
            for (int i = at; i < fieldEnd; i++) {
                int digit = line[i] - '0';
                if (digit < 0 || digit > 9) {
                    throw noHead();
                }
                value = value * 10 + digit;
            }
            if (fieldEnd <= at || fieldEnd - at > MOST_DECIMALS || value < 0) {
                throw noHead();
            }
            at = fieldEnd + 1;
            return value;
        }

        private int number() {
            long value = decimal();
            if (value > Integer.MAX_VALUE) {
                throw noHead();
            }
            return (int) value;
        }

        private long hex() {
            int fieldEnd = fieldEnd();
            if (fieldEnd <= at || fieldEnd - at > ID_DIGITS) {
                throw noHead();
            }
            long value = 0;
            for (int i = at; i < fieldEnd; i++) {
                value = value << 4 | HexFormat.fromHexDigit(line[i]);
            }
            at = fieldEnd + 1;
            return value;
        }

        private boolean cut() {
            boolean cut = isNext(CUT);
            if (!cut && !isNext(NONE)) {
                throw noHead();
            }
            return cut;
        }

        private Optional<End> ended() {
            if (isNext(NONE)) {
                return Optional.empty();
            }
            for (Map.Entry<End, byte[]> known : ENDS.entrySet()) {
                if (isNext(known.getValue())) {
                    return Optional.of(known.getKey());
                }
            }
            throw noHead();
        }

        /** Goes behind the next field if it is that one. */
        private boolean isNext(byte[] text) {
            int fieldEnd = at + text.length;
            boolean same =
                    fieldEnd < end && line[fieldEnd] == ' ' && Arrays.equals(text, 0, text.length, line, at, fieldEnd);
            at = same ? fieldEnd + 1 : at;
            return same;
        }

        private Origin origin() {
            if (at >= end) {
                throw noHead();
            }
            return origins.originOf(line, at, end);
        }

        private static IllegalArgumentException noHead() {
            return new IllegalArgumentException("no head");
        }
    }
}
