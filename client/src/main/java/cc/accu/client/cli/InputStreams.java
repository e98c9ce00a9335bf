package cc.accu.client.cli;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Streams that need no closing. */
final class InputStreams {
    private InputStreams() {}

    static InputStream of(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    /** Standard input is not ours to close. */
    static InputStream keptOpen(InputStream stream) {
        return new FilterInputStream(stream) {
            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return in.read(bytes, offset, length);
            }

            @Override
            public void close() {}
        };
    }
}
