package cc.accu.internal.transport;

import java.util.Properties;

/**
 * What lets a command of ours start sooner, and take less memory. Not for programs that embed us: it decides for the whole
 * process.
 */
public final class QuickStart {
    private QuickStart() {}

    /** Turns off what Netty and picocli would load for nothing, unless the JVM's command line has it. Call it before all else. */
    public static void begin() {
        Properties settings = System.getProperties();
        // Netty's events for the flight recorder.
        settings.putIfAbsent("io.netty.jfr.enabled", "false");
        // The allocator of channels that are not told which to use, as all of ours are.
        settings.putIfAbsent("io.netty.allocator.type", "pooled");
        // What tells channels of this process from those of others; looked for in all network interfaces.
        settings.putIfAbsent("io.netty.processId", "1");
        settings.putIfAbsent("io.netty.machineId", "02:00:00:00:00:00");
        // What picocli would parse by itself; every option of ours has a parser of its own.
        settings.putIfAbsent("picocli.converters.excludes", "java[.].*");
    }
}
