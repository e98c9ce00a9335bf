package cc.accu.server.sink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Whose files this process makes. */
final class ProcessUser {
    private static final OptionalInt ID = read();

    private ProcessUser() {}

    /** False where the system does not tell. */
    static boolean isKnown() {
        return ID.isPresent();
    }

    static int id() {
        return ID.orElseThrow();
    }

    /** {@code Uid:} and the real, the effective, the saved, and the file system's user. */
    private static OptionalInt read() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("Uid:")) {
                    return OptionalInt.of(Integer.parseUnsignedInt(line.split("\\s+", -1)[4]));
                }
            }
        } catch (IOException noProc) {
            return OptionalInt.empty();
        }
        return OptionalInt.empty();
    }
}
