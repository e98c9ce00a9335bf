package cc.accu.e2e;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.server.sink.Sink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** Keeps lines in memory; while it is blocked, it holds every batch and stores nothing. Any thread. */
final class HeldSink implements Sink {
    private final List<Line> stored = new ArrayList<>();
    private final Queue<Held> waiting = new ArrayDeque<>();
    private boolean blocked;
    private long heldBytes;

    private record Held(LineBatch batch, Completion done) {}

    static HeldSink open() {
        return new HeldSink();
    }

    static HeldSink blocked() {
        HeldSink sink = new HeldSink();
        sink.blocked = true;
        return sink;
    }

    @Override
    public void accept(LineBatch batch, Completion done) {
        synchronized (this) {
            waiting.add(new Held(batch, done));
            heldBytes += batch.heldBytes();
        }
        storeUnlessBlocked();
    }

    void unblock() {
        synchronized (this) {
            blocked = false;
        }
        storeUnlessBlocked();
    }

    private void storeUnlessBlocked() {
        List<Held> taken = new ArrayList<>();
        synchronized (this) {
            for (Held held = blocked ? null : waiting.poll(); held != null; held = waiting.poll()) {
                try (LineBatch batch = held.batch) {
                    batch.forEach(stored::add);
                    heldBytes -= batch.heldBytes();
                }
                taken.add(held);
            }
        }
        taken.forEach(held -> held.done.settled(null));
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
    public String address() {
        return "held";
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
