package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import java.util.Comparator;
import java.util.List;

/** Every sink of a server: each message goes to all of them, and is stored when all have it. Any thread. */
final class Outlets {
    private final List<Outlet> all;

    Outlets(List<Sink> sinks, ServerObserver observer) {
        this.all = sinks.stream().map(sink -> new Outlet(sink, observer)).toList();
    }

    /** As {@link Sink#accept}; {@code then} is called once all sinks have said what became of the batch. */
    void accept(LineBatch batch, Settlement then) {
        int last = all.size() - 1;
        Settlement each = last == 0 ? then : new JointSettlement(all.size(), then);
        for (int i = 0; i < last; i++) {
            all.get(i).accept(batch.share(), each);
        }
        all.get(last).accept(batch, each);
    }

    void flush() {
        all.forEach(outlet -> outlet.sink().flush());
    }

    void reopen() {
        all.forEach(outlet -> outlet.sink().reopen());
    }

    /** What it means that all have a message: what the best of them makes of it. */
    Durability durability() {
        return all.stream()
                .map(outlet -> outlet.sink().durability())
                .max(Comparator.naturalOrder())
                .orElse(Durability.NONE);
    }

    boolean haveFailed() {
        // Asked for every batch: no stream.
        for (Outlet outlet : all) {
            if (outlet.hasFailed()) {
                return true;
            }
        }
        return false;
    }

    List<SinkState> states() {
        return all.stream().map(Outlet::state).toList();
    }

    /** Blocking. */
    void close() {
        all.forEach(Outlet::close);
    }
}
