package cc.accu.server.internal.format;

import cc.accu.internal.framing.ByteSearch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The inside of a JSON string, escaped as Jackson does it; where nothing is to be escaped, eight bytes are looked at
 * together. One thread.
 */
final class JsonText {
    private static final long ONES = ByteSearch.ONES;
    private static final long TOP_BITS = ByteSearch.TOP_BITS;
    private static final int FOUR_BYTE_LEAD = 0xf0;

    /** A word, and the two halves of a character outside the basic plane. */
    private static final int MOST_AT_ONCE = Long.BYTES + 12;

    private static final byte[] SHORT_ESCAPES = new byte['\\' + 1];

    static {
        String escaped = "\b\t\n\f\r\"\\";
        for (int i = 0; i < escaped.length(); i++) {
            SHORT_ESCAPES[escaped.charAt(i)] = (byte) "btnfr\"\\".charAt(i);
        }
    }

    private final byte[] text = new byte[2 * 1024];
    private int length;

    /** Whether the range is ASCII of which nothing is escaped. */
    static boolean isPlain(byte[] bytes, int from, int to) {
        long found = 0;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long word = ByteSearch.word(bytes, at);
            found |= word | escapes(word);
        }
        for (; at < to; at++) {
            found |= bytes[at] < 0 || isSpecial(bytes[at]) ? TOP_BITS : 0;
        }
        return (found & TOP_BITS) == 0;
    }

    /** Appends {@code bytes[from]} to {@code bytes[to - 1]}, which must be UTF-8. */
    void append(byte[] bytes, int from, int to, Gathering out) {
        length = 0;
        int at = from;
        while (at < to) {
            if (length > text.length - MOST_AT_ONCE) {
                flush(out);
            }
            int plain = to - at < Long.BYTES ? copy(bytes[at]) : copy(ByteSearch.word(bytes, at));
            length += plain;
            at += plain;
            if (at < to && isSpecial(bytes[at])) {
                at += escape(bytes, at);
            }
        }
        flush(out);
    }

    private void flush(Gathering out) {
        out.put(text, 0, length);
        length = 0;
    }

    /** Copies all of the word, and says how much of that is to stay: what is before the first special byte. */
    private int copy(long word) {
        ByteSearch.setWord(text, length, word);
        return ByteSearch.lanesBelow(specials(word));
    }

    private int copy(byte value) {
        text[length] = value;
        return isSpecial(value) ? 0 : 1;
    }

    private static boolean isSpecial(byte value) {
        int unsigned = value & 0xff;
        return unsigned < ' ' || unsigned == '"' || unsigned == '\\' || unsigned >= FOUR_BYTE_LEAD;
    }

    /** The top bit of the lowest lane that is special, and of none below it; those above it mean nothing. */
    private static long specials(long word) {
        long fourByteLeads = word & (word << 1) & (word << 2) & (word << 3);
        return ((escapes(word) & ~word) | fourByteLeads) & TOP_BITS;
    }

    /** The same for ASCII that is escaped, where a lane's own top bit is not set; all other bits mean nothing. */
    private static long escapes(long word) {
        long controls = word - ' ' * ONES;
        long quotes = (word ^ '"' * ONES) - ONES;
        long backslashes = (word ^ '\\' * ONES) - ONES;
        return controls | quotes | backslashes;
    }

    /** Escapes the character that starts here, and says how many bytes it has. */
    private int escape(byte[] bytes, int at) {
        byte first = bytes[at];
        if (first < 0) {
            // Jackson escapes characters of four bytes, in two halves.
            int character = (first & 0x07) << 18
                    | (bytes[at + 1] & 0x3f) << 12
                    | (bytes[at + 2] & 0x3f) << 6
                    | (bytes[at + 3] & 0x3f);
            escape(Character.highSurrogate(character));
            escape(Character.lowSurrogate(character));
            return 4;
        }
        if (SHORT_ESCAPES[first] == 0) {
            escape((char) first);
        } else {
            text[length++] = '\\';
            text[length++] = SHORT_ESCAPES[first];
        }
        return 1;
    }

    private void escape(char character) {
        text[length++] = '\\';
        text[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            text[length++] = (byte) "0123456789ABCDEF".charAt((character >>> shift) & 0xf);
        }
    }

    /** Tells UTF-8 from other bytes. */
    static final class Utf8 {
        private Utf8() {}

        /** Whether {@code bytes[from]} to {@code bytes[to - 1]} are whole characters. */
        static boolean isValid(byte[] bytes, int from, int to) {
            int at = skipAscii(bytes, from, to);
            while (at < to) {
                int length = lengthOfCharacter(bytes, at, to);
                if (length == 0) {
                    return false;
                }
                at = skipAscii(bytes, at + length, to);
            }
            return true;
        }

        private static int skipAscii(byte[] bytes, int from, int to) {
            int at = from;
            for (; at <= to - Long.BYTES; at += Long.BYTES) {
                long others = ByteSearch.word(bytes, at) & ByteSearch.TOP_BITS;
                if (others != 0) {
                    return at + ByteSearch.lanesBelow(others);
                }
            }
            while (at < to && bytes[at] >= 0) {
                at++;
            }
            return at;
        }

        /** Bytes of the character that starts here and is not ASCII; 0 if none does. */
        private static int lengthOfCharacter(byte[] bytes, int at, int to) {
            int lead = bytes[at] & 0xff;
            int length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            if (length == 0 || length > to - at || !isSecond(lead, bytes[at + 1] & 0xff)) {
                return 0;
            }
            for (int i = 2; i < length; i++) {
                if ((bytes[at + i] & 0xc0) != 0x80) {
                    return 0;
                }
            }
            return length;
        }

        /** Refuses characters in more bytes than they need, halves of a surrogate pair, and what is over U+10FFFF. */
        private static boolean isSecond(int lead, int second) {
            int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            return second >= least && second <= most;
        }
    }

    /** Many small pieces on their way into a buffer; they are gathered in an array, which costs less for each. One thread. */
    static final class Gathering {
        private final byte[] gathered = new byte[16 * 1024];
        private int length;
        private ByteBuf out = Unpooled.EMPTY_BUFFER;

        /** Starts to gather for {@code buffer}. */
        void into(ByteBuf buffer) {
            out = buffer;
            length = 0;
        }

        /** Appends {@code bytes[from]} to {@code bytes[to - 1]}. */
        void put(byte[] bytes, int from, int to) {
            int more = to - from;
            if (more > gathered.length - length) {
                flush();
                if (more > gathered.length) {
                    out.writeBytes(bytes, from, more);
                    return;
                }
            }
            System.arraycopy(bytes, from, gathered, length, more);
            length += more;
        }

        void put(byte[] bytes) {
            put(bytes, 0, bytes.length);
        }

        /** Ends the gathering: the buffer has it all. */
        void finish() {
            flush();
            out = Unpooled.EMPTY_BUFFER;
        }

        private void flush() {
            out.writeBytes(gathered, 0, length);
            length = 0;
        }
    }
}
