package cc.accu.internal.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text that a person typed, byte for byte: UTF-8, in which a byte that is none stands as a lone surrogate, U+DC00 and the
 * byte, so that {@link #bytes} gives back what was typed.
 */
public final class TypedText {
    private static final char BYTE = '\uDC00';
    private static final char FIRST_BYTE = BYTE + 0x80;
    private static final char LAST_BYTE = BYTE + 0xFF;

    private TypedText() {}

    /** The text with these bytes. */
    public static String of(byte[] typed) {
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
        return of(bytes);
    }
}
