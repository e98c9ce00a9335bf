package cc.accu.internal.cli;

/** Options and what they are for, in two columns. One thread. */
final class HelpText {
    private static final int DESCRIPTION_AT = 30;
    private static final int WIDTH = 80;

    private final StringBuilder text;

    HelpText(String head) {
        text = new StringBuilder(head);
    }

    void add(Option option) {
        int lineStart = text.length();
        text.append(option.form().startsWith("--") ? "      " : "  ").append(option.form());
        // A form that reaches into the second column has a line for itself.
        if (text.length() - lineStart >= DESCRIPTION_AT - 1) {
            lineStart = newLine();
        }
        for (String word : option.description().split(" ", -1)) {
            if (text.length() - lineStart + 1 + word.length() > WIDTH) {
                lineStart = newLine();
            }
            int gap = Math.max(1, lineStart + DESCRIPTION_AT - text.length());
            text.append(" ".repeat(gap)).append(word);
        }
        text.append('\n');
    }

    private int newLine() {
        text.append('\n');
        return text.length();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
