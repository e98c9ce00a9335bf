package cc.accu.server.sink;

import cc.accu.server.internal.file.FileOpener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Real files on a disk that fails when told to, and takes as much as it is told to. */
final class FaultyDisk implements FileOpener {
    /** Bytes that can still be written before {@link #whenFull} is thrown. */
    final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

    volatile String whenFull = "No space left on device";

    /** How many of the next calls fail. */
    final AtomicInteger failingWrites = new AtomicInteger();

    final AtomicInteger failingForces = new AtomicInteger();
    final AtomicInteger failingTruncates = new AtomicInteger();
    final AtomicInteger failingOpens = new AtomicInteger();

    /** The same for forcing directories, which is not counted in {@link #forces}. */
    final AtomicInteger failingDirectories = new AtomicInteger();

    volatile String failure = "Input/output error";

    /** Who opened, renamed and forced files, by the names of their threads. */
    final Set<String> threads = ConcurrentHashMap.newKeySet();

    /** Run once, when a file is forced next. */
    volatile Runnable before = () -> {};

    final AtomicInteger forces = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();

    /** Has the file that is forced next wait for a gate to be open. */
    void waitFor(CountDownLatch gate) {
        before = () -> {
            try {
                gate.await();
            } catch (InterruptedException stop) {
                throw new IllegalStateException(stop);
            }
        };
    }

    @Override
    public FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        threads.add(Thread.currentThread().getName());
        if (Files.isDirectory(path)) {
            fail(failingDirectories);
            return FileChannel.open(path, options, attributes);
        }
        fail(failingOpens);
        return new Faulty(FileChannel.open(path, options, attributes));
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        threads.add(Thread.currentThread().getName());
        Files.move(from, to, options);
    }

    private void fail(AtomicInteger times) throws IOException {
        if (times.getAndUpdate(left -> Math.max(left - 1, 0)) > 0) {
            throw new IOException(failure);
        }
    }

    private final class Faulty extends FileChannel {
        private final FileChannel file;

        Faulty(FileChannel file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return (int) write(new ByteBuffer[] {source}, 0, 1);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            writes.incrementAndGet();
            fail(failingWrites);
            long written = 0;
            for (int i = offset; i < offset + length && room.get() > 0; i++) {
                int limit = sources[i].limit();
                sources[i].limit((int) Math.min(limit, sources[i].position() + room.get()));
                while (sources[i].hasRemaining()) {
                    int bytes = file.write(sources[i]);
                    written += bytes;
                    room.addAndGet(-bytes);
                }
                sources[i].limit(limit);
            }
            if (written == 0) {
                throw new IOException(whenFull);
            }
            return written;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            forces.incrementAndGet();
            threads.add(Thread.currentThread().getName());
            fail(failingForces);
            Runnable once = before;
            before = () -> {};
            once.run();
            file.force(metadata);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            fail(failingTruncates);
            file.truncate(size);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }
    }
}
