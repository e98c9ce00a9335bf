package cc.accu.internal.transport;

import io.netty.util.internal.PlatformDependent;

/**
 * The memory outside of the heap that buffers are made of: all of the process's that Netty holds, used or not. The JVM
 * lets a process have as much of it as it has heap, if {@code -XX:MaxDirectMemorySize} does not say otherwise.
 */
public final class DirectMemory {
    private DirectMemory() {}

    /** The most there may be, in bytes. */
    public static long mostBytes() {
        return PlatformDependent.maxDirectMemory();
    }

    /** What may still be asked of the system, in bytes. */
    public static long freeBytes() {
        return mostBytes() - PlatformDependent.usedDirectMemory();
    }
}
