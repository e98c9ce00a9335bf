package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadBudgetTest {
    private final ReadBudget budget = new ReadBudget(100);
    private final List<String> resumed = new ArrayList<>();

    @Test
    void wakesEverybodyWhenHalfOfItIsBack() {
        budget.take(120);
        assertThat(budget.isSpent()).isTrue();
        budget.await(turn -> resumed.add("a " + turn));
        budget.await(turn -> resumed.add("b " + turn));
        budget.give(60);
        assertThat(budget.isSpent()).isFalse();
        assertThat(resumed).isEmpty();
        budget.give(10);
        assertThat(resumed).containsExactly("a false", "b false");
    }

    @Test
    void givesTheTurnToOneAtATimeWhenUnfinishedLinesHaveSpentIt() {
        budget.addUnfinished(120);
        budget.await(turn -> resumed.add("a " + turn));
        budget.await(turn -> resumed.add("b " + turn));
        assertThat(resumed).containsExactly("a true");
        budget.endTurn();
        assertThat(resumed).containsExactly("a true", "b true");
    }

    @Test
    void waitsForTheSinksBeforeItGivesATurn() {
        budget.addUnfinished(120);
        budget.take(30);
        budget.await(turn -> resumed.add("a " + turn));
        assertThat(resumed).isEmpty();
        budget.give(30);
        assertThat(resumed).containsExactly("a true");
    }

    @Test
    void wakesEverybodyWhenUnfinishedLinesLeaveRoomAndNothingElseIsHeld() {
        budget.addUnfinished(80);
        budget.take(30);
        budget.await(turn -> resumed.add("a " + turn));
        budget.give(30);
        assertThat(resumed).containsExactly("a false");
    }

    @Test
    void keepsTheTurnForWhoComesNext() {
        budget.addUnfinished(120);
        budget.endTurn();
        budget.await(turn -> resumed.add("late " + turn));
        assertThat(resumed).containsExactly("late true");
    }
}
