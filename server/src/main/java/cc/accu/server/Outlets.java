package cc.accu.server;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Every sink of a server: each message goes to all of them, and is stored when all have it. Any thread. */
final class Outlets {
    private final List<Outlet> all;

    Outlets(List<Sink> sinks, ServerObserver observer) {
        this.all = sinks.stream().map(sink -> new Outlet(sink, observer)).toList();
    }

    /** As {@link Sink#accept}; fails when one of the sinks does. */
    CompletionStage<Void> accept(LineBatch batch) {
        int last = all.size() - 1;
        if (last == 0) {
            return all.get(0).accept(batch);
        }
        CompletableFuture<?>[] stored = new CompletableFuture<?>[all.size()];
        for (int i = 0; i < last; i++) {
            stored[i] = all.get(i).accept(batch.share()).toCompletableFuture();
        }
        stored[last] = all.get(last).accept(batch).toCompletableFuture();
        return CompletableFuture.allOf(stored);
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
