package cc.accu.server.sink;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The process's descriptor 1, which is somebody else's: written to, never closed. */
final class StandardOutput {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path FLAGS = Path.of("/proc/self/fdinfo/1");

    private static final Path NOWHERE = Path.of("/dev/null");

    private static final int ACCESS = 3;
    private static final int READING_ONLY = 0;

    private static final String WHAT_TO_DO =
            "; give it a place, as in >messages.log or >/dev/null, or name another sink: file:/path/messages.log or discard";

    private StandardOutput() {}

    /**
     * Blocking writes, unless whoever started the process made the descriptor non-blocking. Closing the channel, also by
     * interrupting its writer, leaves the descriptor as it is.
     *
     * @throws IOException says why nobody would get what is written, and what to do
     */
    static GatheringByteChannel open() throws IOException {
        if (Files.exists(DESCRIPTORS)) {
            check();
        }
        return new Unclosed().getChannel();
    }

    /**
     * The JVM opens a file of its own, for reading, under a number that nothing else has. When it closes one of the first
     * three, it leaves {@code /dev/null} there; so after a start without any of them, output would seem to be taken.
     */
    private static void check() throws IOException {
        try {
            Path target = Files.readSymbolicLink(DESCRIPTORS.resolve("1"));
            if (isOfTheJvm(target) || (target.equals(NOWHERE) && isOfTheJvm(input()))) {
                throw new IOException("standard output was closed when this process was started" + WHAT_TO_DO);
            }
            if (isForReadingOnly()) {
                throw new IOException("standard output was closed when this process was started, or is open for reading"
                        + " only (" + target + ")" + WHAT_TO_DO);
            }
        } catch (NoSuchFileException closed) {
            throw new IOException("standard output is closed" + WHAT_TO_DO, closed);
        }
    }

    private static Path input() throws IOException {
        try {
            return Files.readSymbolicLink(DESCRIPTORS.resolve("0"));
        } catch (NoSuchFileException closed) {
            return NOWHERE;
        }
    }

    private static boolean isOfTheJvm(Path target) {
        return target.startsWith(System.getProperty("java.home"));
    }

    private static boolean isForReadingOnly() throws IOException {
        for (String line : Files.readAllLines(FLAGS)) {
            if (line.startsWith("flags:")) {
                int flags = Integer.parseInt(line.substring("flags:".length()).trim(), 8);
                return (flags & ACCESS) == READING_ONLY;
            }
        }
        return false;
    }

    /**
     * Were it closed, the JDK would put {@code /dev/null} in the place of descriptor 1, under everybody who writes there,
     * and under the JVM itself if that has a file of its own there.
     */
    private static final class Unclosed extends FileOutputStream {
        Unclosed() {
            super(FileDescriptor.out);
        }

        @Override
        public void close() {}
    }
}
