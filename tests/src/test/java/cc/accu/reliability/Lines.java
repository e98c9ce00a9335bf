package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * The lines of a run, {@code sender:sequence:length:crc:filler}. Each follows from its sender, its sequence number and the
 * run's seed, so that whatever is stored can be told from what was never sent. Any thread.
 */
final class Lines {
    /** What {@link #identify} says of bytes that are no line of ours. */
    static final long NONE = -1;

    /** No line is longer, its LF counted; but those of {@link #FIRST_LONG_SENDER}. */
    static final int LONGEST = 16 * 1024;

    /** The lines of senders from this number on have 100 to 500 KB. */
    static final int FIRST_LONG_SENDER = 1_000_000_000;

    private static final int SHORTEST_LONG = 100_000;

    /** No line of theirs is longer. */
    static final int LONGEST_LONG = 500_000;

    private static final int SHORTEST = 44;
    private static final int CRC_DIGITS = 8;
    private static final byte[] HELLO = "accu/1".getBytes(US_ASCII);
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

    private final long seed;
    private final int longest;
    private final byte[] filler = new byte[2 * LONGEST];

    /** Most lines are short, one in a hundred is up to {@code longest} bytes long. */
    Lines(long seed, int longest) {
        this.seed = seed;
        this.longest = Math.min(longest, LONGEST - 1);
        new Random(seed).nextBytes(filler);
        for (int i = 0; i < filler.length; i++) {
            // An LF would end the line, a CR in front of it is dropped. Every other byte must come out as it went in.
            filler[i] = filler[i] == '\n' || filler[i] == '\r' ? (byte) '.' : filler[i];
        }
    }

    /** The length of a line without its LF. */
    int length(int sender, int sequence) {
        long bits = hash(sender, sequence);
        if (sender >= FIRST_LONG_SENDER) {
            return SHORTEST_LONG + (int) ((bits & 0xffff_ffffL) % (LONGEST_LONG - SHORTEST_LONG + 1));
        }
        int percent = (int) (bits >>> 57) * 100 / 128;
        int most = percent == 0 ? longest : Math.min(longest, percent < 8 ? 2_000 : 200);
        return SHORTEST + (int) ((bits & 0xffff_ffffL) % (most - SHORTEST + 1));
    }

    /** Writes a line and its LF at {@code at}; where it ends. */
    int write(byte[] target, int at, int sender, int sequence) {
        int length = length(sender, sequence);
        int end = at + length;
        int head = number(target, at, sender);
        head = number(target, head, sequence);
        head = number(target, head, length);
        int from = head + CRC_DIGITS + 1;
        int start = (int) (hash(sender, sequence) >>> 40) % LONGEST;
        for (int i = from; i < end; i += LONGEST) {
            System.arraycopy(filler, start, target, i, Math.min(LONGEST, end - i));
        }
        int crc = crc(target, at, head, end);
        for (int i = 0; i < CRC_DIGITS; i++) {
            target[head + i] = HEX[crc >>> (28 - 4 * i) & 0xf];
        }
        target[from - 1] = ':';
        target[end] = '\n';
        return end + 1;
    }

    /** The sender in the upper half and the sequence number in the lower, or {@link #NONE}. */
    long identify(byte[] bytes, int from, int to) {
        int first = colon(bytes, from, to);
        int second = colon(bytes, first + 1, to);
        int third = colon(bytes, second + 1, to);
        if (first < 0 || second < 0 || third < 0 || third + 1 + CRC_DIGITS >= to) {
            return NONE;
        }
        int sender = parse(bytes, from, first);
        int sequence = parse(bytes, first + 1, second);
        boolean whole = sender >= 0
                && sequence > 0
                && parse(bytes, second + 1, third) == to - from
                && length(sender, sequence) == to - from
                && hex(bytes, third + 1) == crc(bytes, from, third + 1, to);
        return whole ? (long) sender << 32 | sequence : NONE;
    }

    /** Whether these bytes are the beginning of something that a sender would write, and not the whole of it. */
    boolean isFragment(byte[] bytes, int from, int to) {
        if (to > from && to - from <= HELLO.length && Arrays.equals(HELLO, 0, to - from, bytes, from, to)) {
            return true;
        }
        int first = colon(bytes, from, to);
        int second = first < 0 ? -1 : colon(bytes, first + 1, to);
        if (second < 0) {
            // Too short to tell whose it is.
            return to - from < 16 && parse(bytes, from, first < 0 ? to : first) >= 0;
        }
        int sender = parse(bytes, from, first);
        int sequence = parse(bytes, first + 1, second);
        if (sender < 0 || sequence < 1 || length(sender, sequence) <= to - from) {
            return false;
        }
        byte[] whole = new byte[length(sender, sequence) + 1];
        write(whole, 0, sender, sequence);
        return Arrays.equals(whole, 0, to - from, bytes, from, to);
    }

    private long hash(int sender, int sequence) {
        long bits = seed + sender * 0x9E3779B97F4A7C15L + sequence * 0xD1B54A32D192ED03L;
        bits = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        bits = (bits ^ bits >>> 27) * 0x94D049BB133111EBL;
        return bits ^ bits >>> 31;
    }

    private static int crc(byte[] bytes, int from, int crcAt, int to) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, crcAt - from);
        crc.update(bytes, crcAt + CRC_DIGITS + 1, to - crcAt - CRC_DIGITS - 1);
        return (int) crc.getValue();
    }

    private static int number(byte[] target, int at, int value) {
        byte[] digits = Integer.toString(value).getBytes(US_ASCII);
        System.arraycopy(digits, 0, target, at, digits.length);
        target[at + digits.length] = ':';
        return at + digits.length + 1;
    }

    private static int colon(byte[] bytes, int from, int to) {
        for (int i = from; i < Math.min(to, from + 11); i++) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return -1;
    }

    private static int parse(byte[] bytes, int from, int to) {
        long value = from < to && to - from < 11 ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            int digit = bytes[i] - '0';
            value = digit >= 0 && digit <= 9 ? value * 10 + digit : -1;
        }
        return value > Integer.MAX_VALUE ? -1 : (int) value;
    }

    private static int hex(byte[] bytes, int from) {
        int value = 0;
        for (int i = from; i < from + CRC_DIGITS; i++) {
            int digit = Character.digit(bytes[i], 16);
            value = (value << 4) | (digit & 0xf);
        }
        return value;
    }
}
