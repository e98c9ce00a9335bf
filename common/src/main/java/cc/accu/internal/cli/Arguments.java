package cc.accu.internal.cli;

import cc.accu.internal.text.TypedText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a command line, byte for byte. The JVM decodes them by the locale, and what does not fit, which without a
 * locale is all that is not ASCII, becomes U+FFFD; the system has them as they were typed.
 */
public final class Arguments {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final char UNKNOWN = '\uFFFD';

    private Arguments() {}

    /**
     * The words behind what the JVM gave to {@code main}, each as {@link TypedText} has it.
     *
     * @throws IllegalArgumentException if the JVM lost some of a word, and the system does not tell
     */
    public static List<String> asTyped(String... decoded) {
        if (StandardCharsets.US_ASCII.newEncoder().canEncode(String.join("", decoded))) {
            return List.of(decoded);
        }
        List<byte[]> typed = lastOf(commandLine(), decoded.length);
        List<String> words = new ArrayList<>();
        for (int i = 0; i < decoded.length; i++) {
            words.add(isDecoded(typed, decoded) ? TypedText.of(typed.get(i)) : reencoded(decoded[i]));
        }
        return words;
    }

    /** Other words than those in the command line, as from an argument file of the launcher, are not in it. */
    private static boolean isDecoded(List<byte[]> typed, String[] decoded) {
        if (typed.size() != decoded.length) {
            return false;
        }
        for (int i = 0; i < decoded.length; i++) {
            if (!new String(typed.get(i), TypedText.ENCODING).equals(decoded[i])) {
                return false;
            }
        }
        return true;
    }

    private static String reencoded(String decoded) {
        if (decoded.indexOf(UNKNOWN) >= 0) {
            throw new IllegalArgumentException(
                    "'" + decoded + "' has a character that is not in the encoding of the locale, " + TypedText.ENCODING
                            + "; set LC_ALL=C.UTF-8, or send it on standard input");
        }
        return TypedText.of(decoded.getBytes(TypedText.ENCODING));
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
}
