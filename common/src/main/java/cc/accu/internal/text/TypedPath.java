package cc.accu.internal.text;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The path that was typed. The JVM names files in the encoding of the locale: what is not in it, it cannot open, and would
 * say that there is no such file.
 */
public final class TypedPath {
    /** Of the names of files, and of the arguments that the JVM is given. */
    public static final Charset ENCODING = encoding();

    private TypedPath() {}

    private static Charset encoding() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Charset.defaultCharset();
        }
    }

    /**
     * The path with exactly these bytes.
     *
     * @param word as {@link TypedText} has it
     * @throws IllegalArgumentException if this JVM cannot open it, or not from this working directory, with a message for the person who typed it
     */
    public static Path of(String word) {
        byte[] typed = TypedText.bytes(word);
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

    /** The same from the root of the file system; throws as {@link #of}. */
    public static Path absolute(String word) {
        return of(word).toAbsolutePath().normalize();
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
    public static void checkSocket(String word, boolean isFile) {
        byte[] typed = TypedText.bytes(word);
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
}
