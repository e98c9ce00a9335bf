package cc.accu.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Signals that this process ignores, and with it all that it starts: SIGHUP under nohup, SIGINT behind a shell's {@code &}. */
public final class IgnoredSignals {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private IgnoredSignals() {}

    /** Those of {@code names} that are ignored, in words that say so; none where the system does not tell. */
    public static List<String> among(String... names) {
        long ignored = mask();
        return Stream.of(names)
                .filter(name -> (ignored >>> (NUMBERS.get(name) - 1) & 1) != 0)
                .map(name -> "SIG" + name + " is ignored here, as under nohup or behind &")
                .toList();
    }

    private static long mask() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException unknown) {
            return 0;
        }
    }
}
