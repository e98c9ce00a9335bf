package cc.accu.server.cli;

import cc.accu.internal.cli.Option;
import cc.accu.internal.text.Quantities;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.transport.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a listener can be told: all of them by an option of the command, as {@code --max-line 64KiB}, or one in its URL, as
 * {@code tcp://:3000?max-line=64KiB}. This is the one table: it parses both forms, and makes their errors and their help.
 *
 * @param name in a URL; the option of the command has two dashes before it
 * @param parse throws an IllegalArgumentException with a message for the person who typed it
 * @param forAll the option of the command
 * @param to tells a listener
 * @param both what holds of two, the command's and the listener's own
 * @param server tells the server what is for all, if that is not for each listener
 */
record ListenerOption<T>(
        String name,
        Function<String, T> parse,
        Option<T> forAll,
        BiFunction<ListenOptions, T, ListenOptions> to,
        BinaryOperator<T> both,
        @Nullable BiConsumer<LineServer.Builder, T> server) {

    /** Whether there are acknowledgements. */
    private enum Acks {
        ON,
        OFF
    }

    /** The table, for one command line: the longest line comes first, because it begins the framing anew. */
    static List<ListenerOption<?>> table() {
        return List.of(
                row("max-line SIZE", "longest line (default: 1MiB)", ListenerOption::maxLine, ListenerOption::maxLine)
                        .withBoth(Math::min),
                row(
                        "long-line POLICY",
                        "longer lines: split, skip or close (default: split)",
                        text -> Option.choice(LongLine.class, text),
                        (listener, policy) ->
                                listener.framing(listener.framing().withLongLine(policy))),
                row(
                                "read-timeout TIME",
                                "close a connection without a byte for that long; 0 for never (default: 0)",
                                Quantities::duration,
                                (listener, time) ->
                                        listener.framing(listener.framing().withReadTimeout(time)))
                        .withBoth(ListenerOption::shorter),
                row(
                                "line-timeout TIME",
                                "close a connection whose line is not finished in that time; 0 for never (default: 0)",
                                Quantities::duration,
                                (listener, time) ->
                                        listener.framing(listener.framing().withLineTimeout(time)))
                        .withBoth(ListenerOption::shorter),
                row(
                                "unfinished-timeout TIME",
                                "how long lines that do not end may fill the buffer, before the one that was silent longest is"
                                        + " ended; 0 for ever (default: 10s)",
                                Quantities::duration,
                                ListenOptions::unfinishedTimeout)
                        .withServer(LineServer.Builder::unfinishedTimeout),
                row(
                                "max-connections N",
                                "more are closed at once (default: what the limits on open files and memory allow)",
                                text -> Quantities.asInt(Quantities.count(text)),
                                ListenOptions::maxConnections)
                        .withServer(LineServer.Builder::maxConnections),
                row(
                        "acks on|off",
                        "whether senders that start with accu/1 are told what is stored (default: on)",
                        text -> Option.choice(Acks.class, text),
                        (listener, acks) -> listener.acknowledging(acks == Acks.ON)),
                row(
                        "mode OCTAL",
                        "permissions of a unix socket's file (default: 0660)",
                        ListenerOption::mode,
                        ListenOptions::socketMode),
                row(
                        "group NAME",
                        "group of a unix socket's file, by name or number",
                        ListenerOption::group,
                        ListenOptions::socketGroup));
    }

    private static <T> ListenerOption<T> row(
            String form,
            String description,
            Function<String, T> parse,
            BiFunction<ListenOptions, T, ListenOptions> to) {
        Option<T> forAll = Option.of("--" + form, description, parse);
        return new ListenerOption<>(form.split(" ", 2)[0], parse, forAll, to, (all, own) -> own, null);
    }

    /** The same, of which both hold where both are given: a limit. */
    private ListenerOption<T> withBoth(BinaryOperator<T> stricter) {
        return new ListenerOption<>(name, parse, forAll, to, stricter, server);
    }

    /** The same, where what is for all is for the server, beside what is for one listener. */
    private ListenerOption<T> withServer(BiConsumer<LineServer.Builder, T> whole) {
        return new ListenerOption<>(name, parse, forAll, to, both, whole);
    }

    private static int maxLine(String size) {
        return LineFraming.ofMaxLine(Quantities.bytesAtMost(size, LineFraming.MOST_LINE_BYTES))
                .maxLineBytes();
    }

    private static ListenOptions maxLine(ListenOptions listener, int bytes) {
        return listener.framing(LineFraming.ofMaxLine(bytes));
    }

    private static Duration shorter(Duration one, Duration other) {
        if (one.isZero() || other.isZero()) {
            return one.isZero() ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    private static int mode(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(
                    "mode is three octal digits, for example mode=0660, not '" + octal + "'");
        }
        return Integer.parseInt(octal, 8);
    }

    private static String group(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("group needs a name or number, for example group=adm");
        }
        return name;
    }

    /** Tells the server what was typed for all, if that is the server's. */
    void tell(LineServer.Builder builder) {
        if (server != null) {
            forAll.giveTo(value -> server.accept(builder, value));
        }
    }

    /**
     * Tells a listener what was typed for all, and for itself.
     *
     * @param typed in its URL, or null
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    ListenOptions tell(ListenOptions listener, @Nullable String typed) {
        Optional<T> all = server == null && concerns(listener) ? forAll.ifAny() : Optional.empty();
        Optional<T> own = Optional.ofNullable(typed).map(parse);
        Optional<T> held =
                own.isPresent() && all.isPresent() ? Optional.of(both.apply(all.get(), own.get())) : own.or(() -> all);
        return held.isEmpty() ? listener : to.apply(listener, held.get());
    }

    /** What is for all socket files is not for listeners that have none. */
    private boolean concerns(ListenOptions listener) {
        boolean ofAFile = name.equals("mode") || name.equals("group");
        return !ofAFile || (listener.endpoint() instanceof Endpoint.Unix unix && !unix.isAbstract());
    }
}
