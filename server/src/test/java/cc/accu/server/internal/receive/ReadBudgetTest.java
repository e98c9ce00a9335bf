package cc.accu.server.internal.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadBudgetTest {
    private static final long LIMIT = 100_000;

    private final AtomicLong freeMemory = new AtomicLong(8_000_000);
    private final ReadBudget budget = new ReadBudget(new ReadBudget.Limits(LIMIT, LIMIT, 50_000, 0), freeMemory::get);
    private final List<String> resumed = new ArrayList<>();

    private ReadBudget.Waiter waiter(String name) {
        return turn -> resumed.add(name + " " + turn);
    }

    @Test
    void wakesEverybodyWhenHalfOfItIsBackAndOneAtATimeBefore() {
        budget.take(120_000);
        assertThat(budget.isSpent()).isTrue();
        List.of("a", "b", "c").forEach(name -> budget.await(waiter(name), false));
        budget.give(30_000);
        assertThat(budget.isSpent()).isFalse();
        assertThat(resumed).isEmpty();
        budget.give(20_000);
        assertThat(resumed).containsExactly("a false");
        budget.give(30_000);
        assertThat(resumed).containsExactly("a false", "b false", "c false");
    }

    @Test
    void letsAReadBringWhatThereIsRoomFor() {
        assertThat(budget.readBytes(10_000)).isEqualTo(10_000);
        budget.take(95_000);
        assertThat(budget.readBytes(10_000)).isEqualTo(5_000);
        budget.addUnfinished(4_000);
        assertThat(budget.readBytes(10_000)).isZero();
    }

    @Test
    void readsLittleWhenTheProcessHasLittleMemoryLeft() {
        freeMemory.set(900_000);
        assertThat(budget.readBytes(50_000)).isEqualTo(ReadBudget.SMALL_READ_BYTES);
    }

    @Test
    void givesTheTurnToOneAtATimeWhenUnfinishedLinesHaveSpentIt() {
        budget.addUnfinished(120_000);
        budget.take(30_000);
        budget.await(waiter("a"), false);
        budget.await(waiter("b"), false);
        assertThat(resumed).containsExactly("a true");
        budget.endTurn(true);
        assertThat(resumed).containsExactly("a true", "b true");
    }

    @Test
    void putsWhoHadATurnForNothingBehindAllOthers() {
        budget.addUnfinished(120_000);
        budget.await(waiter("a"), false);
        budget.await(waiter("again"), true);
        budget.await(waiter("b"), false);
        budget.endTurn(false);
        budget.endTurn(false);
        assertThat(resumed).containsExactly("a true", "b true", "again true");
    }

    @Test
    void givesNoTurnWhileLinesThatWereNotFinishedInOneTakeTooMuch() {
        budget.addUnfinished(120_000);
        budget.addOverdraft(50_000);
        budget.await(waiter("a"), false);
        assertThat(resumed).isEmpty();
        budget.addOverdraft(-50_000);
        budget.endTurn(false);
        assertThat(resumed).containsExactly("a true");
    }

    @Test
    void forgetsWhoLeaves() {
        budget.addUnfinished(120_000);
        ReadBudget.Waiter gone = waiter("gone");
        budget.await(waiter("a"), false);
        budget.await(gone, false);
        budget.leave(gone);
        budget.endTurn(true);
        assertThat(resumed).containsExactly("a true");
    }

    @Test
    void forgetsNobodyWhoComesWhileATurnFindsNobody() throws Exception {
        ExecutorService others = Executors.newFixedThreadPool(2);
        for (int round = 0; round < 3000; round++) {
            ReadBudget shared = new ReadBudget(new ReadBudget.Limits(LIMIT, LIMIT, 50_000, 0), freeMemory::get);
            AtomicInteger turns = new AtomicInteger();
            ReadBudget.Waiter leaver = turn -> turns.incrementAndGet();
            ReadBudget.Waiter late = turn -> turns.incrementAndGet();
            shared.addUnfinished(120_000);
            shared.await(turn -> {}, false);
            shared.await(leaver, false);
            CyclicBarrier start = new CyclicBarrier(2);
            Future<?> leaving = others.submit(() -> {
                start.await();
                shared.leave(leaver);
                shared.await(late, false);
                return null;
            });
            Future<?> ending = others.submit(() -> {
                start.await();
                shared.endTurn(false);
                return null;
            });
            leaving.get();
            ending.get();
            assertThat(turns).as("turns given in round %d", round).hasPositiveValue();
        }
        others.shutdown();
    }

    @Test
    void asksForTheEndOfLinesAgainAndAgainWhenNoTurnHelps() {
        AtomicInteger ended = new AtomicInteger();
        ReadBudget impatient = new ReadBudget(
                new ReadBudget.Limits(
                        LIMIT, LIMIT, 50_000, Duration.ofMillis(300).toNanos()),
                freeMemory::get);
        impatient.whenStuck((most, stuckNanos) -> ended.addAndGet(most));
        impatient.addUnfinished(120_000);
        impatient.await(turn -> {}, false);
        impatient.await(turn -> {}, false);
        await().until(() -> ended.get() == 1);
        await().until(() -> ended.get() == 3);
        await().until(() -> ended.get() >= 1000);
        impatient.addUnfinished(-120_000);
    }
}
