package cc.accu.reliability;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A file of the sink that loses its name, and is held open to be read afterwards.
 *
 * @param held the file
 * @param acknowledged by each sender right before that
 */
record Removal(FileChannel held, Map<Integer, Integer> acknowledged) implements AutoCloseable {
    /** To be called when {@code file} is still there. */
    static Removal of(Path file, Map<Integer, Integer> acknowledged) throws IOException {
        return new Removal(FileChannel.open(file, StandardOpenOption.READ), acknowledged);
    }

    void readInto(Stored stored) throws IOException {
        stored.read(Channels.newInputStream(held.position(0)), "the removed file");
    }

    @Override
    public void close() throws IOException {
        held.close();
    }
}
