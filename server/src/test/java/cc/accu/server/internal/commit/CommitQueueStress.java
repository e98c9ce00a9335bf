package cc.accu.server.internal.commit;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** What comes while a queue is closed and emptied is either refused or among what is taken. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "added, and taken")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "refused")
@Outcome(expect = Expect.FORBIDDEN, desc = "nobody says what became of it")
@State
public class CommitQueueStress {
    private static final LineBatch BATCH =
            LineBatch.of(Unpooled.EMPTY_BUFFER, 0, Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:51234"), 1, 0);

    private final CommitQueue queue = new CommitQueue();

    public CommitQueueStress() {}

    @Actor
    public void oneComes(ZZ_Result result) {
        result.r1 = queue.add(new CommitQueue.Entry(BATCH, failure -> {})) != CommitQueue.CLOSED;
    }

    @Actor
    public void allIsGivenUp(ZZ_Result result) {
        queue.close();
        result.r2 = !queue.takeAll(new ArrayDeque<>()).isEmpty();
    }
}
