package cc.accu.server.sink;

import cc.accu.console.Terminal;
import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Sinks by their addresses, as {@code --to} takes them. */
public final class Sinks {
    private Sinks() {}

    /** A sink that was named and is not open yet: naming it has no side effects. */
    public interface Address {
        /** Opens the sink. */
        Sink open();
    }

    /**
     * Reads {@code stdout}, {@code stdout?format=raw} or {@code discard}.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static Address parse(String text) {
        int question = text.indexOf('?');
        String kind = question < 0 ? text : text.substring(0, question);
        Optional<String> option = question < 0 ? Optional.empty() : Optional.of(text.substring(question + 1));
        switch (kind) {
            case "stdout" -> {
                LineFormat.Kind format = option.map(Sinks::parseFormat).orElse(LineFormat.Kind.TEXT);
                return () -> stdout(format);
            }
            case "discard" -> {
                if (option.isPresent()) {
                    throw new IllegalArgumentException(
                            "the sink discard has no options, but '" + option.get() + "' was given");
                }
                return Sinks::discard;
            }
            default ->
                throw new IllegalArgumentException(
                        "unknown sink '" + text + "'; it is stdout, stdout?format=raw, stdout?format=json or discard");
        }
    }

    private static LineFormat.Kind parseFormat(String option) {
        if (!option.startsWith("format=")) {
            throw new IllegalArgumentException(
                    "unknown option '" + option + "' of the sink stdout; it has format=raw|text|json");
        }
        return LineFormat.Kind.parse(option.substring("format=".length()));
    }

    /** Counts lines and forgets them. */
    public static Sink discard() {
        return new Sink() {
            @Override
            public CompletableFuture<Void> accept(LineBatch batch) {
                batch.close();
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {}

            @Override
            public String toString() {
                return "discard";
            }
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
        LineFormat format = kind.create();
        boolean shown = kind != LineFormat.Kind.RAW && Terminal.OUTPUT.isAttached();
        return new WriterSink(
                "stdout",
                new ChannelWriter(
                        new FileOutputStream(FileDescriptor.out).getChannel(),
                        shown ? new TerminalEscape(format) : format));
    }
}
