package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.Books.Ledger;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BooksTest {
    @Test
    void balanceToWhatIsInFlight() {
        Books books = new Books(10, 6, Map.of(Discarded.TOO_LONG, 1L, Discarded.SINK_FAILED, 2L));
        assertThat(books.discardedInAll()).isEqualTo(3);
        assertThat(books.inFlight()).isEqualTo(1);
    }

    @Test
    void printWithTheReasonsThatHappened() {
        assertThat(new Books(10, 6, Map.of(Discarded.SINK_FAILED, 2L, Discarded.TOO_LONG, 1L)))
                .hasToString("received=10 stored=6 discarded=3 (too-long=1 sink-failed=2) in-flight=1");
        assertThat(new Books(2, 2, Map.of())).hasToString("received=2 stored=2 discarded=0 in-flight=0");
    }

    @Test
    void areWhatTheLedgerCounted() {
        Ledger ledger = new Ledger();
        ledger.received(5);
        ledger.stored(3);
        ledger.discarded(Discarded.TOO_LONG, 1);
        assertThat(ledger.books()).isEqualTo(new Books(5, 3, Map.of(Discarded.TOO_LONG, 1L)));
    }
}
