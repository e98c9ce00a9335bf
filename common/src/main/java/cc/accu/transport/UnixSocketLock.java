package cc.accu.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;
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

    /** Locks of the operating system are per process, so threads need one of their own. */
    private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

    private final Path path;
    private final FileChannel channel;

    private UnixSocketLock(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static UnixSocketLock take(Endpoint.Unix unix) throws IOException {
        Path path = Path.of(unix.path() + ".lock");
        IN_THIS_PROCESS.lock();
        try {
            long deadline = System.nanoTime() + WAIT_NANOS;
            while (System.nanoTime() < deadline) {
                FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (isLocked(channel) && isAt(path, channel)) {
                    return new UnixSocketLock(path, channel);
                }
                channel.close();
                LockSupport.parkNanos(RETRY_NANOS);
            }
            throw new IOException("another process has been starting there for 10 s; it holds " + path);
        } catch (IOException | RuntimeException failure) {
            IN_THIS_PROCESS.unlock();
            throw failure;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        return lock != null;
    }

    /** Whether the file we locked still has the name: its last holder removed it before letting go. */
    private static boolean isAt(Path path, FileChannel channel) throws IOException {
        byte[] token = UUID.randomUUID().toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        channel.write(ByteBuffer.wrap(token), 0);
        try {
            return Arrays.equals(Files.readAllBytes(path), token);
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
