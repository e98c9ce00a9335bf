package cc.accu.server.internal.receive;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A turn that ends while who waited for it leaves goes to whoever comes next. */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the newcomer got the turn")
@Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "the newcomer waits for ever")
@State
public class ReadBudgetStress {
    private static final long BYTES = 1 << 20;

    private final ReadBudget budget = new ReadBudget(new ReadBudget.Limits(BYTES, BYTES, 1 << 10, 0), () -> BYTES);
    private final Reader holder = new Reader();
    private final Reader leaver = new Reader();
    private final Reader newcomer = new Reader();

    public ReadBudgetStress() {
        budget.addUnfinished(BYTES);
        budget.await(holder, false);
        budget.await(leaver, false);
    }

    private static final class Reader implements ReadBudget.Waiter {
        volatile boolean hasTurn;

        @Override
        public void resume(boolean turn) {
            hasTurn = turn;
        }
    }

    @Actor
    public void theTurnEnds() {
        budget.endTurn(false);
    }

    @Actor
    public void oneLeavesAndAnotherComes() {
        budget.leave(leaver);
        budget.await(newcomer, false);
    }

    @Arbiter
    public void look(Z_Result result) {
        if (leaver.hasTurn) {
            budget.endTurn(false);
        }
        result.r1 = newcomer.hasTurn;
    }
}
