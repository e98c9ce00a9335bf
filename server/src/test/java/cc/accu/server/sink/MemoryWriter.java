package cc.accu.server.sink;

import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what is committed; can be made to wait, and to fail. */
final class MemoryWriter implements LineWriter {
    final AtomicInteger commits = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final CountDownLatch firstWrite = new CountDownLatch(1);
    private final CountDownLatch gate;
    private final boolean quick;
    private final StringBuilder written = new StringBuilder();
    private volatile String committed = "";

    MemoryWriter() {
        this(false);
    }

    MemoryWriter(boolean quick) {
        this(new CountDownLatch(0), quick);
    }

    /** Writes only once {@code gate} is open. */
    MemoryWriter(CountDownLatch gate) {
        this(gate, false);
    }

    private MemoryWriter(CountDownLatch gate, boolean quick) {
        this.gate = gate;
        this.quick = quick;
    }

    String committed() {
        return committed;
    }

    @Override
    public void write(LineBatch batch) throws IOException {
        firstWrite.countDown();
        try {
            gate.await();
        } catch (InterruptedException stop) {
            throw new IOException(stop);
        }
        written.append(batch.lines().toString(StandardCharsets.UTF_8));
    }

    @Override
    public void commit() throws IOException {
        committed = written.toString();
        commits.incrementAndGet();
    }

    @Override
    public boolean isQuick() {
        return quick;
    }

    @Override
    public Durability durability() {
        return Durability.NONE;
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
