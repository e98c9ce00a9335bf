package cc.accu.reliability;

/** Words for people. */
final class Text {
    private static final int MOST_SHOWN = 60;

    private Text() {}

    /** The first bytes of some, fit for a terminal. */
    static String shown(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder("(" + (to - from) + " bytes) ");
        for (int i = from; i < Math.min(to, from + MOST_SHOWN); i++) {
            text.append(
                    bytes[i] >= ' ' && bytes[i] < 127
                            ? String.valueOf((char) bytes[i])
                            : "\\x%02x".formatted(bytes[i]));
        }
        return text.toString();
    }
}
