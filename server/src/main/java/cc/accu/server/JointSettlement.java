package cc.accu.server;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What became of a batch in several sinks: it is stored when all have it. Any thread. */
final class JointSettlement implements Settlement {
    private final AtomicInteger open;
    private final Settlement all;
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

    JointSettlement(int sinks, Settlement all) {
        this.open = new AtomicInteger(sinks);
        this.all = all;
    }

    @Override
    public void settled(@Nullable Throwable failure) {
        if (failure != null) {
            firstFailure.compareAndSet(null, failure);
        }
        if (open.decrementAndGet() == 0) {
            all.settled(firstFailure.get());
        }
    }
}
