package cc.accu.internal.framing;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line that a server says in an {@code accu/1} conversation, without its line feed. The sender says {@link #HELLO}
 * and then nothing but its lines, which both count from 1. What an answer prints, it parses.
 */
public sealed interface AckLine {
    /** The first line of a sender that wants acknowledgements. */
    String HELLO = "accu/1";

    /** The longest answer, its line feed not counted. */
    int MOST_BYTES = 512;

    /** The answer that {@code line} is; none if it is no line of this protocol. */
    static Optional<AckLine> parse(String line) {
        return Ack.read(line).or(() -> Welcome.read(line)).or(() -> Err.read(line));
    }

    /**
     * The first answer: the sender may go on.
     *
     * @param durable how safe an acknowledged line is: {@code none}, {@code written}, {@code fsync}, {@code replicated}
     * @param maxLine the longest line the server takes, in bytes, its terminator not counted
     * @param held why a line sent now would have to wait, in one word: {@code no-space}; empty if it would not
     */
    record Welcome(String durable, long maxLine, String held) implements AckLine {
        private static final Pattern WORD = Pattern.compile("[a-z0-9-]{1,32}");
        /** Fields that a later server may add, in front of those we know or behind, are no concern of ours. */
        private static final String OTHERS = "(?: (?!held=)[a-z-]+=[!-~]*)*";

        private static final Pattern FORM = Pattern.compile(Pattern.quote(HELLO) + " ok durable=(" + WORD
                + ") max-line=" + Ack.NUMBER + OTHERS + "(?: held=(" + WORD + "))?" + OTHERS);

        public Welcome {
            if (!WORD.matcher(durable).matches()) {
                throw new IllegalArgumentException("durable is one word, for example fsync, not '" + durable + "'");
            }
            if (maxLine < 1) {
                throw new IllegalArgumentException("max-line is at least 1, not " + maxLine);
            }
            if (!held.isEmpty() && !WORD.matcher(held).matches()) {
                throw new IllegalArgumentException("held is one word, for example no-space, not '" + held + "'");
            }
        }

        /** Of a server that stores what it gets without delay. */
        public Welcome(String durable, long maxLine) {
            this(durable, maxLine, "");
        }

        private static Optional<AckLine> read(String line) {
            Matcher form = FORM.matcher(line);
            return form.matches()
                    ? Optional.of(new Welcome(
                            form.group(1),
                            Long.parseLong(form.group(2)),
                            Optional.ofNullable(form.group(3)).orElse("")))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            String always = HELLO + " ok durable=" + durable + " max-line=" + maxLine;
            return held.isEmpty() ? always : always + " held=" + held;
        }
    }

    /**
     * Lines 1 to {@code upTo} of this connection are stored.
     *
     * @param upTo at least 1
     */
    record Ack(long upTo) implements AckLine {
        /** Plain: no sign, no zeros in front, at most 18 digits. */
        private static final String NUMBER = "([1-9][0-9]{0,17})";

        private static final Pattern FORM = Pattern.compile("ack " + NUMBER);

        public Ack {
            if (upTo < 1) {
                throw new IllegalArgumentException("an ack is for at least 1 line, not " + upTo);
            }
        }

        private static Optional<AckLine> read(String line) {
            Matcher form = FORM.matcher(line);
            return form.matches() ? Optional.of(new Ack(Long.parseLong(form.group(1)))) : Optional.empty();
        }

        @Override
        public String toString() {
            return "ack " + upTo;
        }
    }

    /**
     * The last answer: line {@code line} and later ones are not taken.
     *
     * @param line at least 1; 1 if no line was taken
     * @param text for people; may be empty
     */
    record Err(long line, Code code, String text) implements AckLine {
        private static final Pattern FORM = Pattern.compile("err " + Ack.NUMBER + " ([a-z-]+)(?: (\\S|\\S.*\\S))?");

        public Err {
            if (line < 1) {
                throw new IllegalArgumentException("lines count from 1, not " + line);
            }
            if (hasControl(text) || !text.equals(text.strip())) {
                throw new IllegalArgumentException("the text of an err is one line without spaces around it");
            }
        }

        private static boolean hasControl(String text) {
            return text.chars().anyMatch(Character::isISOControl);
        }

        private static Optional<AckLine> read(String line) {
            Matcher form = FORM.matcher(line);
            if (!form.matches()) {
                return Optional.empty();
            }
            String text = Optional.ofNullable(form.group(3)).orElse("");
            return hasControl(text)
                    ? Optional.empty()
                    : Code.of(form.group(2)).map(code -> new Err(Long.parseLong(form.group(1)), code, text));
        }

        @Override
        public String toString() {
            return "err " + line + " " + code + (text.isEmpty() ? "" : " " + text);
        }
    }

    /** Why a server ends the conversation. */
    enum Code {
        /** The line is longer than the welcome's {@code max-line}. */
        TOO_LONG("too-long"),
        /** A sink has failed: nothing more will be stored here. */
        STORE_FAILED("store-failed"),
        /** The server stops. */
        SHUTTING_DOWN("shutting-down"),
        /** The hello asks for something that this server does not know. */
        BAD_HELLO("bad-hello");

        private final String word;

        Code(String word) {
            this.word = word;
        }

        static Optional<Code> of(String word) {
            return Arrays.stream(values())
                    .filter(code -> code.word.equals(word))
                    .findAny();
        }

        @Override
        public String toString() {
            return word;
        }
    }
}
