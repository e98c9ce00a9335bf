package cc.accu.internal.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a command line, byte for byte. The JVM decodes them by the locale, and what does not fit, which without a
 * locale is all that is not ASCII, becomes U+FFFD; the system has them as they were typed.
 *
 * <p>A word is text in UTF-8. A byte that is not stands in it as a lone surrogate, U+DC00 and the byte, so that
 * {@link #bytes} gives back what was typed.
 */
public final class Arguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final char UNKNOWN = '\uFFFD';
    private static final char BYTE = '\uDC00';
    private static final char FIRST_BYTE = BYTE + 0x80;
    private static final char LAST_BYTE = BYTE + 0xFF;

    private Arguments() {}

    /**
     * The words behind what the JVM gave to {@code main}.
     *
     * @throws UsageException if the JVM lost some of a word, and the system does not tell
     */
    public static List<String> asTyped(String... decoded) {
        if (StandardCharsets.US_ASCII.newEncoder().canEncode(String.join("", decoded))) {
            return List.of(decoded);
        }
        List<byte[]> typed = lastOf(commandLine(), decoded.length);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < decoded.length; i++) {
            words.add(isDecoded(typed, decoded) ? word(typed.get(i)) : reencoded(decoded[i]));
        }
        return words;
    }

    /** Other words than those in the command line, as from an argument file of the launcher, are not in it. */
    private static boolean isDecoded(List<byte[]> typed, String[] decoded) {
        if (typed.size() != decoded.length) {
            return false;
        }
        for (int i = 0; i < decoded.length; i++) {
            if (!new String(typed.get(i), TypedPath.ENCODING).equals(decoded[i])) {
                return false;
            }
        }
        return true;
    }

    private static String reencoded(String decoded) {
        if (decoded.indexOf(UNKNOWN) >= 0) {
            throw new UsageException("'" + decoded + "' has a character that is not in the encoding of the locale, "
                    + TypedPath.ENCODING + "; set LC_ALL=C.UTF-8, or send it on standard input");
        }
        return word(decoded.getBytes(TypedPath.ENCODING));
    }

    /** The words, each of which a NUL ends; none where the system does not tell. */
    private static List<byte[]> commandLine() {
        List<byte[]> words = new ArrayList<>();
        try {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(COMMAND_LINE));
            for (int at = 0, start = 0; at < all.limit(); at++) {
                if (all.get(at) == 0) {
                    byte[] word = new byte[at - start];
                    all.position(start).get(word);
                    words.add(word);
                    start = at + 1;
                }
            }
        } catch (IOException noProc) {
            words.clear();
        }
        return words;
    }

    private static List<byte[]> lastOf(List<byte[]> words, int count) {
        return words.subList(Math.max(0, words.size() - count), words.size());
    }

    /** The word with these bytes. */
    static String word(byte[] typed) {
        ByteBuffer bytes = ByteBuffer.wrap(typed);
        CharBuffer text = CharBuffer.allocate(typed.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        for (CoderResult result = decoder.decode(bytes, text, true);
                result.isError();
                result = decoder.decode(bytes, text, true)) {
            for (int i = 0; i < result.length(); i++) {
                text.put((char) (BYTE + (bytes.get() & 0xFF)));
            }
        }
        return text.flip().toString();
    }

    /** What was typed for the word. */
    public static byte[] bytes(String word) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * word.length());
        int start = 0;
        for (int at = 0; at < word.length(); at++) {
            if (isByte(word, at)) {
                bytes.put(word.substring(start, at).getBytes(StandardCharsets.UTF_8));
                bytes.put((byte) (word.charAt(at) - BYTE));
                start = at + 1;
            }
        }
        bytes.put(word.substring(start).getBytes(StandardCharsets.UTF_8));
        byte[] typed = new byte[bytes.flip().remaining()];
        bytes.get(typed);
        return typed;
    }

    private static boolean isByte(String word, int at) {
        char letter = word.charAt(at);
        return letter >= FIRST_BYTE
                && letter <= LAST_BYTE
                && (at == 0 || !Character.isHighSurrogate(word.charAt(at - 1)));
    }

    /**
     * The word in which each percent sign and two hexadecimal digits is the byte that they name, as in a URL.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static String percentDecoded(String word) {
        byte[] typed = bytes(word);
        ByteBuffer decoded = ByteBuffer.allocate(typed.length);
        for (int at = 0; at < typed.length; at++) {
            if (typed[at] != '%') {
                decoded.put(typed[at]);
                continue;
            }
            int high = at + 2 < typed.length ? Character.digit(typed[at + 1], 16) : -1;
            int low = at + 2 < typed.length ? Character.digit(typed[at + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException("'" + word
                        + "' has a % that two hex digits do not follow; as in any URL, a percent sign itself is %25");
            }
            decoded.put((byte) (16 * high + low));
            at += 2;
        }
        byte[] bytes = new byte[decoded.flip().remaining()];
        decoded.get(bytes);
        return word(bytes);
    }
}
