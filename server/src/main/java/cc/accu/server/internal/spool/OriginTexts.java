package cc.accu.server.internal.spool;

import cc.accu.line.Origin;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The text that stands for a sender in heads: {@code LISTENER PEER PROCESS}, and its subject behind them if there is one; the
 * names escaped as in a URL where they are not printable ASCII, and the process as {@code PID,UID,GID} or {@code -}. Remembers some thousands, since most senders come
 * again: that takes a mebibyte or so. One thread.
 */
final class OriginTexts {
    /** Two whose hashes lead to the same place push each other out. A power of two. */
    private static final int PLACES = 4096;

    /** So many characters of a name are kept, which leaves any head within its bound. */
    static final int MOST_NAME = 500;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final @Nullable Known[] byOrigin = new Known[PLACES];
    private final @Nullable Known[] byText = new Known[PLACES];
    private final CRC32C hash = new CRC32C();

    private static final class Known {
        final Origin origin;
        final byte[] text;

        Known(Origin origin, byte[] text) {
            this.origin = origin;
            this.text = text;
        }
    }

    /** ASCII; nobody may change it. */
    byte[] textOf(Origin origin) {
        int place = place(origin.hashCode());
        Known known = byOrigin[place];
        if (known == null || !known.origin.equals(origin)) {
            known = new Known(origin, text(origin).getBytes(StandardCharsets.US_ASCII));
            byOrigin[place] = known;
        }
        return known.text;
    }

    /**
     * Whom that part of {@code line} stands for.
     *
     * @throws IllegalArgumentException if it stands for nobody
     */
    Origin originOf(byte[] line, int start, int end) {
        hash.reset();
        hash.update(line, start, end - start);
        int place = place((int) hash.getValue());
        Known known = byText[place];
        if (known == null || !Arrays.equals(known.text, 0, known.text.length, line, start, end)) {
            byte[] text = Arrays.copyOfRange(line, start, end);
            known = new Known(origin(new String(text, StandardCharsets.US_ASCII)), text);
            byText[place] = known;
        }
        return known.origin;
    }

    private static int place(int hash) {
        return (hash ^ (hash >>> 16)) & (PLACES - 1);
    }

    private static String text(Origin origin) {
        return escaped(origin.listener())
                + ' '
                + escaped(origin.peer())
                + ' '
                + origin.credentials()
                        .map(who -> who.pid() + "," + who.uid() + "," + who.gid())
                        .orElse("-")
                + origin.subject().map(name -> ' ' + escaped(name)).orElse("");
    }

    private static Origin origin(String text) {
        String[] field = text.split(" ", -1);
        if (field.length < 3 || field.length > 4) {
            throw new IllegalArgumentException(text);
        }
        Optional<String> subject = field.length == 4 ? Optional.of(plain(field[3])) : Optional.empty();
        return new Origin(plain(field[0]), plain(field[1]), credentials(field[2]), subject);
    }

    private static String escaped(String name) {
        StringBuilder text = new StringBuilder();
        String kept = name.substring(0, Math.min(name.length(), MOST_NAME));
        for (byte value : kept.getBytes(StandardCharsets.UTF_8)) {
            if (value > ' ' && value <= '~' && value != '%') {
                text.append((char) value);
            } else {
                text.append('%').append(HEX.toHexDigits(value));
            }
        }
        return text.toString();
    }

    private static String plain(String escaped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) != '%') {
                bytes.write(escaped.charAt(i));
            } else if (i + 2 < escaped.length()) {
                bytes.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
                i += 2;
            } else {
                throw new IllegalArgumentException(escaped);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Optional<Origin.Credentials> credentials(String text) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        String[] id = text.split(",", -1);
        if (id.length != 3) {
            throw new IllegalArgumentException(text);
        }
        return Optional.of(
                new Origin.Credentials(Integer.parseInt(id[0]), Integer.parseInt(id[1]), Integer.parseInt(id[2])));
    }
}
