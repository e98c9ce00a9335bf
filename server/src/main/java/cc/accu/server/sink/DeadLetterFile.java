package cc.accu.server.sink;

import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.kafka.DeadLetters;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The file for lines that Kafka refuses, which is opened with the first of them. Any thread. */
final class DeadLetterFile implements DeadLetters.Store {
    private final FileAddress address;

    @GuardedBy("this")
    private Optional<Sink> file = Optional.empty();

    DeadLetterFile(FileAddress address) {
        this.address = address;
    }

    private synchronized Sink file() {
        Sink open = file.orElseGet(() -> new WriterSink(address(), new LateWriter(address)));
        file = Optional.of(open);
        return open;
    }

    private synchronized Optional<Sink> ifOpen() {
        return file;
    }

    @Override
    public void accept(LineBatch line, Completion done) {
        file().accept(line, done);
        file().flush();
    }

    @Override
    public Optional<String> held() {
        return ifOpen().flatMap(Sink::held);
    }

    @Override
    public String address() {
        return address.toString();
    }

    void reopen() {
        ifOpen().ifPresent(Sink::reopen);
    }

    @Override
    public void close() {
        ifOpen().ifPresent(Sink::close);
    }

    /** Opening may take its time, which the thread of the writer has. */
    private static final class LateWriter implements LineWriter {
        private final FileAddress address;
        private @Nullable FileWriter file;

        LateWriter(FileAddress address) {
            this.address = address;
        }

        private FileWriter file() throws IOException {
            FileWriter open = file;
            if (open == null) {
                try {
                    open = FileWriter.open(address);
                } catch (SinkException cannot) {
                    throw new IOException(
                            "lines that Kafka refuses have nowhere to go: " + cannot.getMessage(), cannot);
                }
                file = open;
            }
            return open;
        }

        @Override
        public void write(LineBatch batch) throws IOException {
            file().write(batch);
        }

        @Override
        public void commit() throws IOException {
            file().commit();
        }

        @Override
        public void reopen() {
            if (file != null) {
                file.reopen();
            }
        }

        @Override
        public Durability durability() {
            return Durability.FSYNC;
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}
