package cc.accu.internal.framing;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadDeadlinesTest {
    private static final LineFraming READ_10_S = LineFraming.DEFAULT.withReadTimeout(Duration.ofSeconds(10));
    private static final LineFraming LINE_10_S = LineFraming.DEFAULT.withLineTimeout(Duration.ofSeconds(10));

    @Test
    void endsTheInputWhenNoByteCame() {
        try (LineSender sender = new LineSender(READ_10_S)) {
            pass(sender, 9);
            assertThat(sender.inputEnds()).isZero();
            pass(sender, 1);
            assertThat(sender.inputEnds()).isEqualTo(1);
        }
    }

    @Test
    void giveWhatIsThereOfALineWhenTimeIsUp() {
        try (LineSender sender = new LineSender(READ_10_S)) {
            sender.sends("a\nbc");
            pass(sender, 10);
            assertThat(sender.seen()).containsExactly("1:a", "2:bc[timeout]");
            sender.sends("d\n");
            assertThat(sender.seen()).hasSize(2);
        }
    }

    @Test
    void startTheReadTimeoutAgainWithEachByte() {
        try (LineSender sender = new LineSender(READ_10_S)) {
            for (int i = 0; i < 5; i++) {
                pass(sender, 9);
                sender.sends("x");
            }
            assertThat(sender.inputEnds()).isZero();
            pass(sender, 10);
            assertThat(sender.seen()).containsExactly("1:xxxxx[timeout]");
        }
    }

    @Test
    void doNotStartTheLineTimeoutAgainWithEachByte() {
        try (LineSender sender = new LineSender(LINE_10_S)) {
            pass(sender, 60);
            sender.sends("a");
            pass(sender, 6);
            sender.sends("b");
            pass(sender, 3);
            assertThat(sender.inputEnds()).isZero();
            pass(sender, 1);
            assertThat(sender.seen()).containsExactly("1:ab[timeout]");
        }
    }

    @Test
    void giveEachLineItsOwnTime() {
        try (LineSender sender = new LineSender(LINE_10_S)) {
            sender.sends("a");
            pass(sender, 8);
            sender.sends("b\nc");
            pass(sender, 9);
            assertThat(sender.inputEnds()).isZero();
            sender.sends("\n");
            pass(sender, 100);
            assertThat(sender.seen()).containsExactly("1:ab", "2:c");
            assertThat(sender.inputEnds()).isZero();
        }
    }

    @Test
    void countAllPiecesOfALongLineAsOne() {
        LineFraming framing = LINE_10_S.withLongLine(LongLine.SKIP);
        for (LineFraming each : new LineFraming[] {
            new LineFraming(2, LongLine.SPLIT, framing.readTimeout(), framing.lineTimeout()),
            new LineFraming(2, LongLine.SKIP, framing.readTimeout(), framing.lineTimeout())
        }) {
            try (LineSender sender = new LineSender(each)) {
                for (int i = 0; i < 5; i++) {
                    sender.sends("xyz");
                    pass(sender, 2);
                }
                assertThat(sender.inputEnds()).as("%s", each).isEqualTo(1);
            }
        }
    }

    @Test
    void doNotRunWhileWeDoNotRead() {
        LineFraming both = READ_10_S.withLineTimeout(Duration.ofSeconds(10));
        try (LineSender sender = new LineSender(both)) {
            sender.sends("a");
            sender.channel.config().setAutoRead(false);
            pass(sender, 100);
            sender.channel.config().setAutoRead(true);
            pass(sender, 9);
            assertThat(sender.inputEnds()).isZero();
            pass(sender, 1);
            assertThat(sender.seen()).containsExactly("1:a[timeout]");
        }
    }

    @Test
    void doNotBlameTheSenderForAPauseThatEndedJustBeforeTheDeadline() {
        LineFraming both = READ_10_S.withLineTimeout(Duration.ofSeconds(10));
        try (LineSender sender = new LineSender(both)) {
            sender.sends("a");
            sender.channel.config().setAutoRead(false);
            pass(sender, 9);
            sender.channel.config().setAutoRead(true);
            pass(sender, 9);
            assertThat(sender.inputEnds()).isZero();
            pass(sender, 1);
            assertThat(sender.seen()).containsExactly("1:a[timeout]");
        }
    }

    @Test
    void areOffAfterTheEndOfTheInput() {
        try (LineSender sender = new LineSender(READ_10_S)) {
            sender.sends("a").ends(LineSender.Ending.FIN);
            pass(sender, 100);
            assertThat(sender.seen()).containsExactly("1:a[eof]");
            assertThat(sender.channel.runScheduledPendingTasks()).isEqualTo(-1);
        }
    }

    private static void pass(LineSender sender, int seconds) {
        sender.channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        sender.channel.runScheduledPendingTasks();
    }
}
