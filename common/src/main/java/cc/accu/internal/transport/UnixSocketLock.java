package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One starter at a time for a socket path, among all processes: a locked file beside the socket, there only while a
 * server starts or stops. Blocking.
 */
final class UnixSocketLock implements AutoCloseable {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int MOST_MARK_BYTES = 1 << 30;
    private static final int LOOKED_AT_BYTES = 4096;
    private static final int FILE_TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final Set<OpenOption> READ_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> NEW =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    private static final FileAttribute<?> OWNERS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** Locks of the operating system are per process, so threads need one of their own. */
    private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

    private final Path path;
    private final FileChannel channel;

    private UnixSocketLock(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** The locked file. */
    static Path beside(Endpoint.Unix unix) {
        return Path.of(unix.path() + ".lock");
    }

    static UnixSocketLock take(Endpoint.Unix unix) throws IOException {
        Path path = beside(unix);
        IN_THIS_PROCESS.lock();
        try {
            long deadline = System.nanoTime() + WAIT_NANOS;
            while (System.nanoTime() < deadline) {
                FileChannel channel = open(path);
                if (holds(channel, path)) {
                    return new UnixSocketLock(path, channel);
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
            throw new IOException("another process has been starting there for 10 s; it holds " + path);
        } catch (IOException | RuntimeException failure) {
            IN_THIS_PROCESS.unlock();
            throw failure;
        }
    }

    /** Opens the file, or makes it; never one that somebody else has put there, which would be overwritten. */
    private static FileChannel open(Path path) throws IOException {
        try {
            return FileChannel.open(path, NEW, OWNERS_ALONE);
        } catch (FileAlreadyExistsException there) {
            if (!isPlainFile(path)) {
                throw notOurs(path);
            }
        }
        try {
            FileChannel channel = FileChannel.open(path, READ_WRITE);
            if (isOurs(channel)) {
                return channel;
            }
            channel.close();
            throw notOurs(path);
        } catch (NoSuchFileException removedMeanwhile) {
            return open(path);
        }
    }

    /** A pipe would make us wait, and what has another name or owner is something else. */
    private static boolean isPlainFile(Path path) throws IOException {
        try {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            int names = (int) Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
            return (mode & FILE_TYPE) == REGULAR && names <= 1;
        } catch (NoSuchFileException removedMeanwhile) {
            return true;
        }
    }

    /** Ours never has anything but zeros. */
    private static boolean isOurs(FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(LOOKED_AT_BYTES);
        channel.read(start, 0);
        for (start.flip(); start.hasRemaining(); ) {
            if (start.get() != 0) {
                return false;
            }
        }
        return true;
    }

    private static IOException notOurs(Path path) {
        return new IOException(path + " is in the way, which accu locks while it starts and did not make; move it, or"
                + " choose another path");
    }

    /** Whether the channel's file is locked now and still at {@code path}; the channel is closed if not. */
    private static boolean holds(FileChannel channel, Path path) throws IOException {
        boolean holds = false;
        try {
            FileLock lock = channel.tryLock();
            holds = lock != null && isAt(path, channel);
            return holds;
        } finally {
            if (!holds) {
                channel.close();
            }
        }
    }

    /**
     * Whether the file we locked still has the name: its last holder removed it before letting go. A size that nobody
     * else would give it tells. To open the name and look would not do: a process that closes any descriptor of a file
     * loses its locks on it.
     */
    private static boolean isAt(Path path, FileChannel channel) throws IOException {
        long last = ThreadLocalRandom.current().nextInt(MOST_MARK_BYTES);
        channel.truncate(0).write(ByteBuffer.allocate(1), last);
        try {
            return Files.size(path) == last + 1;
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(path);
        } finally {
            IN_THIS_PROCESS.unlock();
        }
    }
}
