package cc.accu.internal.framing;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the written forms of an {@link AckLine}. Numbers are plain: no sign, no zeros in front, at most 18 digits. */
final class AckSyntax {
    private static final String NUMBER = "([1-9][0-9]{0,17})";
    private static final String WORD = "([a-z0-9-]{1,32})";
    /** Fields that a later server may add, in front of those we know or behind, are no concern of ours. */
    private static final String OTHERS = "(?: (?!held=)[a-z-]+=[!-~]*)*";

    private static final Pattern WELCOME = Pattern.compile(Pattern.quote(AckLine.HELLO) + " ok durable=" + WORD
            + " max-line=" + NUMBER + OTHERS + "(?: held=" + WORD + ")?" + OTHERS);

    private static final Pattern ACK = Pattern.compile("ack " + NUMBER);
    private static final Pattern ERR = Pattern.compile("err " + NUMBER + " ([a-z-]+)(?: (\\S|\\S.*\\S))?");

    private AckSyntax() {}

    static Optional<AckLine> parse(String line) {
        Matcher ack = ACK.matcher(line);
        if (ack.matches()) {
            return Optional.of(new AckLine.Ack(Long.parseLong(ack.group(1))));
        }
        Matcher welcome = WELCOME.matcher(line);
        if (welcome.matches()) {
            String held = welcome.group(3) == null ? "" : welcome.group(3);
            return Optional.of(new AckLine.Welcome(welcome.group(1), Long.parseLong(welcome.group(2)), held));
        }
        Matcher err = ERR.matcher(line);
        return err.matches() ? parseErr(err) : Optional.empty();
    }

    private static Optional<AckLine> parseErr(Matcher err) {
        String text = err.group(3) == null ? "" : err.group(3);
        if (text.chars().anyMatch(Character::isISOControl)) {
            return Optional.empty();
        }
        return AckLine.Code.of(err.group(2)).map(code -> new AckLine.Err(Long.parseLong(err.group(1)), code, text));
    }
}
