package cc.accu.reliability;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the server says in one conversation, held against the contract. */
final class Answers {
    private static final Pattern WELCOME =
            Pattern.compile("accu/1 ok durable=(\\w+) max-line=[1-9]\\d*( held=[a-z-]+)?");
    private static final Pattern ACK = Pattern.compile("ack ([1-9]\\d{0,9})");
    private static final Pattern ERR = Pattern.compile("err ([1-9]\\d{0,9}) ([a-z-]+) .+");

    private final String durable;
    private final Findings findings;
    private final IntSupplier sent;
    private final StringBuilder line = new StringBuilder();
    private boolean welcomed;
    private boolean ended;
    private int acknowledged;

    /** @param sent how many lines were sent in this conversation */
    Answers(String durable, Findings findings, IntSupplier sent) {
        this.durable = durable;
        this.findings = findings;
        this.sent = sent;
    }

    boolean welcomed() {
        return welcomed;
    }

    /** Lines of this conversation that are stored. */
    int acknowledged() {
        return acknowledged;
    }

    void take(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            char value = (char) (bytes.get() & 0xff);
            if (value == '\n') {
                take(line.toString());
                line.setLength(0);
            } else {
                line.append(value);
            }
        }
    }

    private void take(String answer) {
        if (ended) {
            findings.problem("after its err line the server says '" + answer + "'");
        } else if (answer.startsWith("err ")) {
            err(answer); // also in place of the welcome
        } else if (!welcomed) {
            welcome(answer);
        } else {
            ack(answer);
        }
    }

    private void welcome(String answer) {
        Matcher welcome = WELCOME.matcher(answer);
        welcomed = welcome.matches();
        if (welcomed) {
            findings.check(welcome.group(1).matches(durable), "the server promises " + answer + ", not " + durable);
        } else {
            findings.problem("not a welcome: '" + answer + "'");
        }
    }

    private void ack(String answer) {
        Matcher ack = ACK.matcher(answer);
        if (!ack.matches()) {
            findings.problem("not an answer: '" + answer + "'");
            return;
        }
        long upTo = Long.parseLong(ack.group(1));
        findings.check(upTo > acknowledged, "'" + answer + "' after 'ack " + acknowledged + "'");
        if (upTo > sent.getAsInt()) {
            findings.problem("'" + answer + "', but only " + sent.getAsInt() + " lines were sent");
        } else {
            acknowledged = (int) upTo;
        }
    }

    private void err(String answer) {
        Matcher err = ERR.matcher(answer);
        ended = true;
        if (!err.matches()) {
            findings.problem("not an answer: '" + answer + "'");
            return;
        }
        findings.counted("err " + err.group(2));
        findings.check(
                Long.parseLong(err.group(1)) == acknowledged + 1L, "'" + answer + "' after 'ack " + acknowledged + "'");
        findings.check(
                err.group(2).equals("shutting-down") || err.group(2).equals("store-failed"),
                "unexpected '" + answer + "'");
    }
}
