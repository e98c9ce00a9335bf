package cc.accu.client.cli;

import cc.accu.internal.cli.StandardStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Optional;

/** What a command reads, where it prints, and what it prints if it is interrupted. */
record StandardStreams(InputStream in, PrintWriter out, PrintWriter err, LastWords lastWords) {

    /** Throws if what is read there would be another file, with {@code need} in the message. */
    static void requireInput(String need) throws IOException {
        require(StandardStream.INPUT, need);
    }

    /** Throws if what is printed there would get lost, with {@code need} in the message. */
    static void requireOutput(String need) throws IOException {
        require(StandardStream.OUTPUT, need);
    }

    private static void require(StandardStream stream, String need) throws IOException {
        Optional<String> missing = stream.missing(need);
        if (missing.isPresent()) {
            throw new IOException(missing.get());
        }
    }
}
