package cc.accu.client.cli;

import cc.accu.client.cli.BenchPlan.Load;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The lines of a benchmark, made and known again. Each says which it is: {@code run:sender:sequence:length:crc:filler},
 * all but the filler in hexadecimal digits, so many of each that they can be written over in place. The checksum is
 * CRC-32C of all but itself and the line feed; the length counts both. One thread.
 */
final class BenchLines {
    /** The line without filler, with its line feed. */
    static final int LEAST_BYTES = 40;

    static final int MOST_BYTES = 1 << 20;
    static final int RUN_DIGITS = 8;
    private static final int SENDER_AT = RUN_DIGITS + 1;
    private static final int SENDER_DIGITS = 4;
    private static final int SEQUENCE_AT = SENDER_AT + SENDER_DIGITS + 1;
    private static final int SEQUENCE_DIGITS = 8;
    private static final int LENGTH_AT = SEQUENCE_AT + SEQUENCE_DIGITS + 1;
    private static final int LENGTH_DIGITS = 6;
    private static final int CRC_AT = LENGTH_AT + LENGTH_DIGITS + 1;
    private static final int CRC_DIGITS = 8;
    private static final int CRC_END = CRC_AT + CRC_DIGITS;
    private static final byte[] VALUES = values();

    private final CRC32C crc = new CRC32C();

    private static byte[] values() {
        byte[] values = new byte[256];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) "0123456789abcdef".indexOf(i);
        }
        return values;
    }

    /** One line of {@code length} bytes, whose sequence number and checksum are still to come. */
    private static byte[] template(String run, int sender, int length) {
        byte[] line = new byte[length];
        for (int i = CRC_END + 1; i < length; i++) {
            line[i] = (byte) ('a' + i % 26);
        }
        for (int i = 0; i < RUN_DIGITS; i++) {
            line[i] = (byte) run.charAt(i);
        }
        write(sender, line, SENDER_AT, SENDER_DIGITS);
        write(length, line, LENGTH_AT, LENGTH_DIGITS);
        for (int colon : new int[] {SENDER_AT, SEQUENCE_AT, LENGTH_AT, CRC_AT, CRC_END + 1}) {
            line[colon - 1] = ':';
        }
        line[length - 1] = '\n';
        return line;
    }

    /** Makes the line that was copied to {@code bytes[at]} from a template the one with that number. */
    private void number(byte[] bytes, int at, int length, long sequence) {
        write(sequence, bytes, at + SEQUENCE_AT, SEQUENCE_DIGITS);
        write(checksum(bytes, at, length), bytes, at + CRC_AT, CRC_DIGITS);
    }

    /** Whether the {@code length} bytes there are just as some run made them. */
    boolean isIntact(byte[] bytes, int at, int length) {
        return length >= LEAST_BYTES
                && read(bytes, at + LENGTH_AT, LENGTH_DIGITS) == length
                && read(bytes, at + CRC_AT, CRC_DIGITS) == checksum(bytes, at, length);
    }

    private long checksum(byte[] bytes, int at, int length) {
        crc.reset();
        crc.update(bytes, at, CRC_AT);
        crc.update(bytes, at + CRC_END, length - CRC_END - 1);
        return crc.getValue();
    }

    /** Who sent an intact line. */
    static long sender(byte[] bytes, int at) {
        return read(bytes, at + SENDER_AT, SENDER_DIGITS);
    }

    /** An intact line's number among those of its sender. */
    static long sequence(byte[] bytes, int at) {
        return read(bytes, at + SEQUENCE_AT, SEQUENCE_DIGITS);
    }

    private static void write(long value, byte[] bytes, int at, int digits) {
        long left = value;
        for (int i = at + digits - 1; i >= at; i--) {
            int digit = (int) left & 0xf;
            bytes[i] = (byte) (digit < 10 ? '0' + digit : 'a' - 10 + digit);
            left >>>= 4;
        }
    }

    /** The number in those digits, or a negative one if one of them is none. */
    private static long read(byte[] bytes, int at, int digits) {
        long value = 0;
        int wrong = 0;
        for (int i = at; i < at + digits; i++) {
            int digit = VALUES[bytes[i] & 0xff];
            wrong |= digit;
            value = (value << 4) | (digit & 0xf);
        }
        return wrong < 0 ? -1 : value;
    }

    /** The lines of one sender, written over and over into the same block: only numbers and checksums change. One thread. */
    static final class Block {
        private static final int USUAL_BYTES = 32 * 1024;

        private final BenchLines lines = new BenchLines();
        private final int size;
        private final byte[] block;

        Block(Load load, int sender) {
            size = load.size();
            block = new byte[bytes(size)];
            byte[] template = template(load.run(), sender, size);
            for (int at = 0; at < block.length; at += size) {
                System.arraycopy(template, 0, block, at, size);
            }
        }

        /** How large a block of lines of that size is. */
        static int bytes(int size) {
            return Math.max(1, USUAL_BYTES / size) * size;
        }

        /** How many lines it may have. */
        int most() {
            return block.length / size;
        }

        /** The lines from {@code first} on; valid until the next call. */
        ByteBuffer next(long first, int count) {
            for (int i = 0; i < count; i++) {
                lines.number(block, i * size, size, first + i);
            }
            return ByteBuffer.wrap(block, 0, count * size);
        }
    }
}
