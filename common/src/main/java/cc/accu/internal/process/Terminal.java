package cc.accu.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a standard stream is a terminal that a person looks at. */
public enum Terminal {
    OUTPUT(1),
    ERROR(2);

    private final Path link;

    Terminal(int descriptor) {
        this.link = Path.of("/proc/self/fd/" + descriptor);
    }

    /** Asks for this stream alone: {@link System#console} is null as soon as standard input is a pipe. */
    @SuppressWarnings("SystemConsoleNull") // true too often there from JDK 22 on: escaping too much is the safe side
    public boolean isAttached() {
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noProc) {
            return System.console() != null;
        }
    }
}
