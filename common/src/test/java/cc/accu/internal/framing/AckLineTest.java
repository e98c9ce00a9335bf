package cc.accu.internal.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.internal.framing.AckLine.Ack;
import cc.accu.internal.framing.AckLine.Code;
import cc.accu.internal.framing.AckLine.Err;
import cc.accu.internal.framing.AckLine.Welcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AckLineTest {
    @Test
    void readsEachAnswer() {
        assertThat(AckLine.parse("accu/1 ok durable=fsync max-line=1048576")).contains(new Welcome("fsync", 1_048_576));
        assertThat(AckLine.parse("ack 2")).contains(new Ack(2));
        assertThat(AckLine.parse("err 3 too-long 1048577 bytes, the most is 1048576"))
                .contains(new Err(3, Code.TOO_LONG, "1048577 bytes, the most is 1048576"));
        assertThat(AckLine.parse("err 1 bad-hello")).contains(new Err(1, Code.BAD_HELLO, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accu/1 ok durable=none max-line=1",
                "accu/1 ok durable=fsync max-line=1048576 held=no-space",
                "accu/1 ok durable=replicated max-line=999999999999999999",
                "ack 1",
                "ack 999999999999999999",
                "err 1 shutting-down",
                "err 1 store-failed x",
                "err 7 store-failed no space left on /var/log",
                "err 9 too-long ünïcode"
            })
    void printsWhatItParses(String line) {
        assertThat(AckLine.parse(line)).map(AckLine::toString).contains(line);
    }

    @Test
    void ignoresFieldsThatALaterServerAddsToTheWelcome() {
        assertThat(AckLine.parse("accu/1 ok durable=fsync max-line=9 next=5 session="))
                .contains(new Welcome("fsync", 9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accu/1 ok durable=fsync max-line=9 held=no-space",
                "accu/1 ok durable=fsync max-line=9 held=no-space next=5",
                "accu/1 ok durable=fsync max-line=9 next=5 session= held=no-space"
            })
    void saysWhyALineWouldHaveToWait(String line) {
        assertThat(AckLine.parse(line)).contains(new Welcome("fsync", 9, "no-space"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ack",
                "ack ",
                "ack 0",
                "ack 01",
                "ack +1",
                "ack -1",
                "ack 1 ",
                " ack 1",
                "ack  1",
                "ACK 1",
                "ack 1\r",
                "ack 1000000000000000000",
                "ack 99999999999999999999",
                "ack ٣",
                "accu/1",
                "accu/1 ok",
                "accu/2 ok durable=fsync max-line=1",
                "accu/1 ok durable= max-line=1",
                "accu/1 ok durable=fsync max-line=0",
                "accu/1 ok max-line=1 durable=fsync",
                "accu/1 ok durable=fsync max-line=1 next",
                "accu/1 ok durable=fsync max-line=1 held",
                "accu/1 ok durable=fsync max-line=1 held=",
                "accu/1 ok durable=fsync max-line=1 held=No-Space",
                "accu/1 ok durable=fsync max-line=1 held=no-space held=no-space",
                "err",
                "err 1",
                "err 0 too-long",
                "err 1 no-such-code text",
                "err 1 too-long ",
                "err 1 too-long a\tb",
                "220 mail.example.org ESMTP"
            })
    void takesNothingElse(String line) {
        assertThat(AckLine.parse(line)).isEmpty();
    }

    @Test
    void refusesAnAnswerThatCouldNotBeRead() {
        assertThatThrownBy(() -> new Ack(0)).hasMessage("an ack is for at least 1 line, not 0");
        assertThatThrownBy(() -> new Welcome("two words", 1)).hasMessageContaining("durable is one word");
        assertThatThrownBy(() -> new Welcome("fsync", 0)).hasMessageContaining("max-line is at least 1");
        assertThatThrownBy(() -> new Welcome("fsync", 1, "no space")).hasMessageContaining("held is one word");
        assertThatThrownBy(() -> new Err(0, Code.TOO_LONG, "")).hasMessageContaining("count from 1");
        assertThatThrownBy(() -> new Err(1, Code.TOO_LONG, "a\nb")).hasMessageContaining("one line");
    }
}
