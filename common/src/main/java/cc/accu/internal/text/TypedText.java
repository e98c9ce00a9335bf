package cc.accu.internal.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/**
 * Text that a person typed, byte for byte: UTF-8, in which a byte that is none stands as a lone surrogate, U+DC00 and the
 * byte, so that {@link #bytes} gives back what was typed. And what the text stands for: a path, or a word that was mistyped.
 */
public final class TypedText {
    private static final char BYTE = '\uDC00';
    private static final char FIRST_BYTE = BYTE + 0x80;
    private static final char LAST_BYTE = BYTE + 0xFF;
    private static final int MOST_SLIPS = 2;

    /** Of the names of files, and of the arguments that the JVM is given. */
    public static final Charset ENCODING = encoding();

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

    private static Charset encoding() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Charset.defaultCharset();
        }
    }

    /**
     * The path with exactly the bytes that were typed. The JVM names files in the encoding of the locale: what is not in it, it
     * cannot open, and would say that there is no such file.
     *
     * @param word as {@link #of} gives it
     * @throws IllegalArgumentException if this JVM cannot open it, or not from this working directory, with a message for the person who typed it
     */
    public static Path path(String word) {
        byte[] typed = bytes(word);
        String path = new String(typed, ENCODING);
        if (!Arrays.equals(path.getBytes(ENCODING), typed)) {
            throw cannotBeNamed(word);
        }
        if (word.isEmpty()) {
            throw new IllegalArgumentException("the path is empty; name a file");
        }
        checkWorkingDirectory(word);
        try {
            return Path.of(path);
        } catch (InvalidPathException wrong) {
            throw new IllegalArgumentException("'" + word + "' cannot be a path: it has a NUL character", wrong);
        }
    }

    /** The same from the root of the file system; throws as {@link #path}. */
    public static Path absolutePath(String word) {
        return path(word).toAbsolutePath().normalize();
    }

    /** The JVM takes relative paths from the working directory's name, as it could decode it. */
    private static void checkWorkingDirectory(String word) {
        if (!word.startsWith("/") && System.getProperty("user.dir", "").indexOf('\uFFFD') >= 0) {
            throw new IllegalArgumentException(
                    "the path '" + word + "' cannot be opened: the working directory has a name"
                            + " that is not in the encoding of the locale, " + ENCODING
                            + "; set LC_ALL=C.UTF-8, or write the path from the root on");
        }
    }

    /**
     * Checks the name of a socket, which the native transports name in UTF-8.
     *
     * @param isFile whether it is a path too, which the JVM names in the encoding of the locale
     * @throws IllegalArgumentException if it would be another one then, with a message for the person who typed it
     */
    public static void checkSocketPath(String word, boolean isFile) {
        byte[] typed = bytes(word);
        if (!Arrays.equals(word.getBytes(StandardCharsets.UTF_8), typed)
                || (isFile && !Arrays.equals(word.getBytes(ENCODING), typed))) {
            throw cannotBeNamed(word);
        }
        if (isFile) {
            checkWorkingDirectory(word);
        }
    }

    private static IllegalArgumentException cannotBeNamed(String word) {
        boolean utf8 = ENCODING.equals(StandardCharsets.UTF_8);
        return new IllegalArgumentException("the path '" + word + "' cannot be opened: it is not in the encoding of the"
                + " locale, " + ENCODING + ", in which this JVM names files; "
                + (utf8 ? "give it a name in UTF-8" : "set LC_ALL=C.UTF-8"));
    }

    /** The one of {@code words} out of which one or two slips of the finger make what was typed. */
    public static Optional<String> nearest(String typed, Collection<String> words) {
        String lower = typed.toLowerCase(Locale.ROOT);
        Optional<String> nearest = Optional.empty();
        int fewest = MOST_SLIPS + 1;
        for (String word : words) {
            int slips = distance(lower, word);
            if (slips < fewest) {
                fewest = slips;
                nearest = Optional.of(word);
            }
        }
        return nearest;
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
