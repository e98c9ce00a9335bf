package cc.accu.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * What a fuzzer made up, read from its start: choices, a byte each, and then the data. A choice is a byte modulo their
 * number, so that a corpus can be written by hand: in {@code 12abc}, {@code 1} is choice 1 of 2 and of 4.
 *
 * <p>A fuzz target is a class {@code XFuzzTest} with one {@code @FuzzTest} method that takes a {@code byte[]}, and a corpus
 * in {@code src/test/resources}, in a directory {@code XFuzzTestInputs} of its package. As a plain test it tries that corpus.
 */
public final class FuzzInput {
    private final byte[] bytes;
    private int at;

    public FuzzInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** From 0 to {@code choices} - 1; 0 when there is nothing left. */
    public int choice(int choices) {
        return at < bytes.length ? (bytes[at++] & 0xff) % choices : 0;
    }

    /** A constant of {@code type}. */
    public <E extends Enum<E>> E choice(Class<E> type) {
        E[] all = type.getEnumConstants();
        return all[choice(all.length)];
    }

    /** At most so many of the bytes that are left. */
    public byte[] bytes(int most) {
        int to = Math.min(bytes.length, at + most);
        byte[] some = Arrays.copyOfRange(bytes, at, to);
        at = to;
        return some;
    }

    /** All that is left. */
    public byte[] rest() {
        return bytes(bytes.length - at);
    }

    /** All that is left, a character a byte. */
    public String restInLatin() {
        return new String(rest(), ISO_8859_1);
    }

    /** All that is left, as it was meant or with replacement characters. */
    public String restAsText() {
        return new String(rest(), UTF_8);
    }

    public boolean isEmpty() {
        return at == bytes.length;
    }
}
