package cc.accu.client.cli;

import cc.accu.client.cli.BenchPlan.Load;
import java.io.IOException;

/**
 * What a command will take of the memory that its process may have, so that it is refused before it starts and not broken
 * off in the middle. Measured, and rounded up.
 *
 * @param heapBytes of objects
 * @param directBytes of buffers, of which the JVM lets a process have as much again
 */
record MemoryNeed(long heapBytes, long directBytes) {
    private static final long ALWAYS_BYTES = 12L << 20;
    private static final long PLAIN_CONNECTION_BYTES = 40L << 10;
    private static final long ACKED_CONNECTION_BYTES = 140L << 10;
    private static final long LATENCY_BYTES = 200L << 10;
    private static final long MEBIBYTE = 1L << 20;

    /**
     * Of clients.
     *
     * @param windowBytes of each
     */
    static MemoryNeed ofConnections(int connections, boolean acknowledged, long windowBytes) {
        long each = acknowledged ? ACKED_CONNECTION_BYTES : PLAIN_CONNECTION_BYTES;
        return new MemoryNeed(ALWAYS_BYTES + connections * each, connections * windowBytes);
    }

    static MemoryNeed of(BenchPlan plan) {
        Load load = plan.load();
        int connections = load.connections();
        long block = BenchLines.Block.bytes(load.size());
        MemoryNeed clients = ofConnections(connections, plan.acknowledged(), Math.max(plan.windowBytes(), block));
        long each = block + (plan.acknowledged() ? LATENCY_BYTES : 0);
        return new MemoryNeed(clients.heapBytes + connections * each, clients.directBytes);
    }

    static MemoryNeed ofBits(long bits) {
        return new MemoryNeed(ALWAYS_BYTES + bits / Byte.SIZE, 0);
    }

    /** How large each of so many windows may be, if nobody says. */
    static long windowBytes(int connections, long usual) {
        return Math.max(1, Math.min(usual, Runtime.getRuntime().maxMemory() / 4 / connections));
    }

    /**
     * Throws if it is too much.
     *
     * @param what needs it
     * @param advice what to type instead
     */
    void check(String what, String advice) throws IOException {
        long most = Runtime.getRuntime().maxMemory();
        long need = Math.max(heapBytes, directBytes);
        if (need > most) {
            throw new IOException(what + " would need about " + need / MEBIBYTE
                    + " MiB of memory, and this process may have " + most / MEBIBYTE + "; give it more with java -Xmx"
                    + (need / MEBIBYTE + 1) + "m, or " + advice);
        }
    }
}
