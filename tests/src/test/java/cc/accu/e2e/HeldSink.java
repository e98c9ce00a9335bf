package cc.accu.e2e;

import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps lines in memory; while it is blocked, it holds every batch and stores nothing. Any thread. */
final class HeldSink implements Sink {
    private final List<Line> stored = new ArrayList<>();
    private final Queue<Held> waiting = new ArrayDeque<>();
    private boolean blocked;
    private long heldBytes;

    private record Held(LineBatch batch, CompletableFuture<Void> done) {}

    static HeldSink open() {
        return new HeldSink();
    }

    static HeldSink blocked() {
        HeldSink sink = new HeldSink();
        sink.blocked = true;
        return sink;
    }

    @Override
    public synchronized CompletionStage<Void> accept(LineBatch batch) {
        Held held = new Held(batch, new CompletableFuture<>());
        waiting.add(held);
        heldBytes += batch.heldBytes();
        if (!blocked) {
            storeAll();
        }
        return held.done;
    }

    synchronized void unblock() {
        blocked = false;
        storeAll();
    }

    private void storeAll() {
        for (Held held = waiting.poll(); held != null; held = waiting.poll()) {
            try (LineBatch batch = held.batch) {
                batch.forEach(stored::add);
                heldBytes -= batch.heldBytes();
            }
            held.done.complete(null);
        }
    }

    /** Memory in batches that are not stored. */
    synchronized long heldBytes() {
        return heldBytes;
    }

    synchronized List<Line> lines() {
        return List.copyOf(stored);
    }

    synchronized int count() {
        return stored.size();
    }

    List<String> texts() {
        return lines().stream().map(Line::utf8).toList();
    }

    @Override
    public Durability durability() {
        return Durability.NONE;
    }

    @Override
    public void close() {
        unblock();
    }
}
