package cc.accu.server.sink;

import cc.accu.internal.process.NonBlockingPause;
import cc.accu.internal.process.StandardStream;
import cc.accu.internal.text.TypedText;
import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import cc.accu.server.internal.commit.OutputBuffer;
import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.file.SinkOptions;
import cc.accu.server.internal.format.LineFormat;
import cc.accu.server.internal.format.LineFormat.TerminalEscape;
import cc.accu.server.internal.kafka.KafkaAddress;
import cc.accu.server.sink.LineWriter.HeldException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.GatheringByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sinks by their addresses, as {@code --to} takes them. */
public final class Sinks {
    private static final String FILE = "file:";
    private static final String KAFKA = "kafka:";

    private Sinks() {}

    /** A sink that was named and is not open yet: naming it has no side effects. Prints what was typed. */
    public interface Address {
        /**
         * Opens the sink.
         *
         * @throws SinkException with a message for the person who named it
         */
        Sink open();

        /**
         * Looks whether it may well be opened, and changes nothing. Blocking.
         *
         * @throws SinkException with what is wrong, for the person who named it
         */
        default void check() {}

        /** The same, with {@code kafka} if it is on Kafka. */
        default Sink open(KafkaSettings kafka) {
            return open();
        }
    }

    /**
     * Reads {@code stdout}, {@code discard}, {@code file:/path/messages.log} or {@code kafka://host:9092/topic}, with their
     * options, as in {@code stdout?format=raw}.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static Address parse(String text) {
        int question = text.indexOf('?');
        String target = question < 0 ? text : text.substring(0, question);
        Optional<String> query = question < 0 ? Optional.empty() : Optional.of(text.substring(question + 1));
        if (target.startsWith(FILE)) {
            return new OnFile(text, FileAddress.parse(target.substring(FILE.length()), query));
        }
        if (target.startsWith(KAFKA)) {
            return new OnKafka(text, KafkaAddress.parse(target.substring(KAFKA.length()), query));
        }
        return new Named(
                text,
                switch (target) {
                    case "stdout" -> {
                        SinkOptions options = new SinkOptions("stdout", query, "format=raw|text|json");
                        LineFormat.Kind format =
                                options.one("format", LineFormat.Kind::parse).orElse(LineFormat.Kind.TEXT);
                        yield () -> stdout(format);
                    }
                    case "discard" -> {
                        new SinkOptions("discard", query);
                        yield Sinks::discard;
                    }
                    default -> throw new IllegalArgumentException("unknown sink '" + text + "'; " + adviceFor(target));
                });
    }

    private static String adviceFor(String target) {
        if (target.startsWith("/") || target.startsWith("./") || target.startsWith("../")) {
            return "a file is written file:" + target;
        }
        if (target.equals("-")) {
            return "did you mean stdout?";
        }
        int colon = target.indexOf(':');
        String scheme = colon < 0 ? "" : target.substring(0, colon + 1).toLowerCase(Locale.ROOT);
        if (scheme.equals(FILE) || scheme.equals(KAFKA)) {
            return "did you mean " + scheme + target.substring(colon + 1) + "?";
        }
        return TypedText.nearest(target, List.of("stdout", "discard"))
                .map(near -> "did you mean " + near + "?")
                .orElse("it is stdout, file:/path/messages.log, kafka://host:9092/topic or discard, with options as in"
                        + " stdout?format=raw");
    }

    private record Named(String text, Supplier<Sink> opener) implements Address {
        @Override
        public Sink open() {
            return opener.get();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private record OnFile(String text, FileAddress file) implements Address {
        @Override
        public Sink open() {
            return formatted(new WriterSink(file.toString(), FileWriter.open(file)), file.format());
        }

        @Override
        public void check() {
            Path path = file.path();
            Path directory = path.getParent();
            if (directory == null || !Files.isDirectory(directory)) {
                throw new SinkException(file.toString(), directory + " is no directory; make it first");
            }
            if (Files.isDirectory(path)) {
                throw new SinkException(file.toString(), "it is a directory; name a file in it");
            }
            if (!Files.isWritable(directory) || (Files.exists(path) && !Files.isWritable(path))) {
                throw new SinkException(file.toString(), "this user may not write there");
            }
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private record OnKafka(String text, KafkaAddress address) implements Address {
        @Override
        public Sink open() {
            return open(KafkaSettings.DEFAULT);
        }

        @Override
        public Sink open(KafkaSettings kafka) {
            Sink sink = address.spool()
                    .<Sink>map(place -> SpooledSink.open(address, place, kafka))
                    .orElseGet(() -> KafkaSink.open(address, kafka));
            return formatted(sink, address.format());
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** {@code sink}, which gets each line as text: with its time and its sender before it. */
    public static Sink text(Sink sink) {
        return formatted(sink, LineFormat.Kind.TEXT);
    }

    /** {@code sink}, which gets each line as a JSON object. */
    public static Sink json(Sink sink) {
        return formatted(sink, LineFormat.Kind.JSON);
    }

    private static Sink formatted(Sink sink, LineFormat.Kind kind) {
        return kind.formats().<Sink>map(formats -> new Formatter(sink, formats)).orElse(sink);
    }

    /** Counts lines and forgets them. */
    public static Sink discard() {
        return new Sink() {
            @Override
            public void accept(LineBatch batch, Completion done) {
                batch.close();
                done.settled(null);
            }

            @Override
            public String address() {
                return "discard";
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        };
    }

    /**
     * Calls {@code handler} for each line, one at a time, on a thread of its own. A line is stored when the handler
     * returns; an exception fails the sink for good. A slow handler slows the senders down.
     */
    public static Sink handler(Consumer<? super Line> handler) {
        return new WriterSink("handler", new LineWriter() {
            @Override
            public void write(LineBatch batch) {
                batch.forEach(handler);
            }

            @Override
            public void commit() {}

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}
        });
    }

    /** Stored means written to the pipe, file or terminal. {@code System.out} would hide that nobody reads any more. */
    private static Sink stdout(LineFormat.Kind kind) {
        StandardStream.OUTPUT.missing("messages go there").ifPresent(why -> {
            throw new SinkException("stdout", why + ", or choose another sink, discard or file:/path/messages.log");
        });
        Sink sink = new WriterSink("stdout", ChannelWriter.ofStandardOutput());
        return StandardStream.OUTPUT.isTerminal()
                ? kind.formats()
                        .<Sink>map(formats -> new Formatter(sink, () -> new TerminalEscape(formats.get())))
                        .orElse(sink)
                : formatted(sink, kind);
    }

    /** Nobody reads any more what a sink writes, as when standard output goes to {@code head}: no fault of the sink. */
    public static final class ReaderGoneException extends IOException {
        private static final long serialVersionUID = 1;

        /** @param cause what the system said */
        public ReaderGoneException(IOException cause) {
            super("nobody reads standard output any more: " + cause.getMessage(), cause);
        }
    }

    /**
     * Writes lines to standard output: gathers them, and writes when there are many and at each commit. One thread at a time,
     * which does not wait any more for a channel that takes nothing once it is interrupted.
     */
    static final class ChannelWriter implements LineWriter {
        private final GatheringByteChannel channel;
        private final OutputBuffer output = new OutputBuffer();

        ChannelWriter(GatheringByteChannel channel) {
            this.channel = channel;
        }

        /**
         * Writes to the process's descriptor 1, which is somebody else's and is never closed. Blocking writes, unless whoever
         * started the process made the descriptor non-blocking.
         */
        static ChannelWriter ofStandardOutput() {
            return new ChannelWriter(new Unclosed().getChannel());
        }

        /**
         * Were it closed, also by interrupting its writer, the JDK would put {@code /dev/null} in the place of descriptor 1,
         * under everybody who writes there, and under the JVM itself if that has a file of its own there.
         */
        private static final class Unclosed extends FileOutputStream {
            Unclosed() {
                super(FileDescriptor.out);
            }

            @Override
            public void close() {}
        }

        @Override
        public void write(LineBatch batch) throws IOException {
            output.add(batch);
            if (output.isFull()) {
                commit();
            }
        }

        /** @throws Sinks.ReaderGoneException when nobody reads any more, as when {@code head} has seen enough */
        @Override
        public void commit() throws IOException {
            try {
                writeAll();
            } catch (IOException failure) {
                // The JDK tells by the text alone.
                boolean readerGone = String.valueOf(failure.getMessage())
                        .toLowerCase(Locale.ROOT)
                        .contains("broken pipe");
                throw readerGone ? new Sinks.ReaderGoneException(failure) : HeldException.insteadOf(failure);
            }
            output.forgetWritten();
        }

        private void writeAll() throws IOException {
            NonBlockingPause pause = new NonBlockingPause();
            while (output.pendingBytes() > 0) {
                if (output.write(channel, output.pendingBytes()) > 0) {
                    pause.restart();
                } else {
                    pause.await();
                }
            }
        }

        @Override
        public Durability durability() {
            return Durability.WRITTEN;
        }

        @Override
        public void close() throws IOException {
            output.close();
            channel.close();
        }
    }
}
