package cc.accu.server.internal.format;

import cc.accu.internal.framing.ByteSearch;

/** Tells UTF-8 from other bytes. */
final class Utf8 {
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
