package cc.accu.server.sink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The right to write to a path, of one sink among all processes: a locked hidden file beside it, which stays there. It
 * also tells when the file at the path was begun, which the file itself cannot. One thread.
 */
final class FileOwnership implements AutoCloseable {
    /** The operating system's locks are per process, and closing any descriptor of a locked file lets go of it. */
    private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

    private static final int MOST_NOTE_BYTES = 100;
    private static final Pattern NOTE = Pattern.compile("process (\\d+), began (\\d+)\n");

    private final Path path;
    private final FileChannel lock;
    private final OptionalLong began;

    private FileOwnership(Path path, FileChannel lock) throws IOException {
        this.path = path;
        this.lock = lock;
        Matcher note = NOTE.matcher(read(lock));
        this.began = note.matches() ? OptionalLong.of(Long.parseLong(note.group(2))) : OptionalLong.empty();
    }

    /** @throws IOException says who has the path, and what to do */
    static FileOwnership take(Path path) throws IOException {
        Path real = RotatedNames.directoryOf(path).toRealPath().resolve(RotatedNames.nameOf(path));
        if (!OWNED_HERE.add(real)) {
            throw new IOException("another sink of this process writes to it; name each file once");
        }
        try {
            Path lockPath = real.resolveSibling("." + RotatedNames.nameOf(path) + ".lock");
            return new FileOwnership(real, locked(lockPath));
        } catch (IOException | RuntimeException failure) {
            OWNED_HERE.remove(real);
            throw failure;
        }
    }

    private static FileChannel locked(Path lockPath) throws IOException {
        FileChannel channel = FileChannel.open(
                lockPath,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
            if (!locked) {
                Matcher note = NOTE.matcher(read(channel));
                String who = note.matches() ? "process " + note.group(1) : "another process";
                throw new IOException(
                        who + " writes to it, and holds " + lockPath + "; stop that process, or choose another path");
            }
            return channel;
        } catch (OverlappingFileLockException byAnotherName) {
            throw new IOException("this process holds " + lockPath + "; choose another path", byAnotherName);
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer note = ByteBuffer.allocate(MOST_NOTE_BYTES);
        channel.read(note, 0);
        return StandardCharsets.US_ASCII.decode(note.flip()).toString();
    }

    /** When the file at the path was begun, in milliseconds since 1970, if that was noted before this ownership. */
    OptionalLong began() {
        return began;
    }

    void noteBegan(long millis) throws IOException {
        String note = "process " + ProcessHandle.current().pid() + ", began " + millis + "\n";
        lock.truncate(0).write(StandardCharsets.US_ASCII.encode(note), 0);
    }

    @Override
    public void close() throws IOException {
        try (lock) {
            OWNED_HERE.remove(path);
        }
    }
}
