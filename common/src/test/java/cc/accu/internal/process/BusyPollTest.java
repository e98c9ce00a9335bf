package cc.accu.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BusyPollTest {
    private final BusyPoll poll = new BusyPoll();

    @Test
    void looksAtNothingUntilItBegins() {
        assertThat(poll.goesOn()).isFalse();
    }

    @Test
    void looksAgainUntilWhatItWaitsForHasCome() {
        poll.begin();
        assertThat(poll.goesOn()).isTrue();
        poll.succeeded();
        assertThat(poll.goesOn()).isFalse();
    }

    @Test
    void endsByItself() {
        long begun = System.nanoTime();
        waitInVain();
        assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(BusyPoll.MOST_NANOS);
    }

    @Test
    void isLeftOutMoreAndMoreWhereItDoesNotPay() {
        int polled = 0;
        int triesBeforeTheLongestPause = 2 + 1 + (1 + 1) + (2 + 1) + (4 + 1) + (8 + 1) + (16 + 1) + (32 + 1);
        for (int i = 0; i < triesBeforeTheLongestPause; i++) {
            polled += waitInVain() ? 1 : 0;
        }
        assertThat(polled).isEqualTo(9);
        for (int i = 0; i < 10 * 65; i++) {
            polled += waitInVain() ? 1 : 0;
        }
        assertThat(polled).isEqualTo(19);
    }

    @Test
    void isUsedEachTimeOnceItPaysAgain() {
        for (int i = 0; i < 6; i++) {
            waitInVain();
        }
        do {
            poll.begin();
        } while (!poll.goesOn());
        poll.succeeded();
        poll.begin();
        assertThat(poll.goesOn()).isTrue();
    }

    private boolean waitInVain() {
        poll.begin();
        boolean polled = false;
        while (poll.goesOn()) {
            polled = true;
        }
        return polled;
    }
}
