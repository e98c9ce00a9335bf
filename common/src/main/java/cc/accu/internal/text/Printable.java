package cc.accu.internal.text;

/**
 * Text from outside as people may see it. Control characters (C0 but TAB, DEL, C1) drive a terminal or begin a new line, and
 * the characters that Unicode calls {@code Bidi_Control} show what follows in another order than it has: all of them come as
 * {@code \}{@code u001b}. Everything that goes to a terminal, or is a line of the log, passes through here.
 */
public final class Printable {
    private Printable() {}

    /** {@code text} in one line, LF escaped too. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** {@code text}, whose lines stay lines. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean keepFeeds) {
        int first = 0;
        while (first < text.length() && isPlain(text.charAt(first), keepFeeds)) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 32).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isPlain(character, keepFeeds)) {
                shown.append(character);
            } else {
                shown.append(String.format("\\u%04x", (int) character));
            }
        }
        return shown.toString();
    }

    private static boolean isPlain(char character, boolean keepFeeds) {
        boolean ours = character == '\t' || (character == '\n' && keepFeeds);
        return ours || !(Character.isISOControl(character) || isBidiControl(character));
    }

    private static boolean isBidiControl(char character) {
        return switch (character) {
            case '\u061c', '\u200e', '\u200f' -> true;
            default ->
                (character >= '\u202a' && character <= '\u202e') || (character >= '\u2066' && character <= '\u2069');
        };
    }
}
