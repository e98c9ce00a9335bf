package cc.accu.server.sink;

import cc.accu.server.internal.file.FileOpener;
import cc.accu.server.internal.spool.Spool;
import cc.accu.server.internal.spool.SpoolReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A spool, and the sink that stores into it. */
public final class OpenSpool implements AutoCloseable {
    private final Spool spool;
    private final Sink sink;

    private OpenSpool(Spool spool) {
        this.spool = spool;
        this.sink = new WriterSink(spool.address(), new FileWriter(spool.writer()));
    }

    public static OpenSpool open(Path directory, long mostBytes) {
        return open(directory, mostBytes, FileOpener.DISK);
    }

    public static OpenSpool open(Path directory, long mostBytes, FileOpener disk) {
        try {
            return new OpenSpool(Spool.open(directory, mostBytes, disk));
        } catch (IOException failure) {
            throw new SinkException("spool:" + directory, String.valueOf(failure.getMessage()), failure);
        }
    }

    public Sink sink() {
        return sink;
    }

    public SpoolReader reader() {
        return spool.reader();
    }

    public String id() {
        return spool.id();
    }

    public long depthLines() {
        return spool.depthLines();
    }

    public long depthBytes() {
        return spool.depthBytes();
    }

    public Duration age() {
        return spool.age();
    }

    @Override
    public void close() throws IOException {
        sink.close();
        spool.close();
    }
}
