package cc.accu.client.cli;

import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.process.StandardStream;
import cc.accu.internal.text.Printable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Prints messages as a server receives them. One thread. */
final class TailCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar tail http://HOST:PORT [OPTION ...]
                   java -jar client.jar tail unix:/PATH [OPTION ...]

            Prints messages as a server receives them that was started with --admin there.
            It is a look, not a log: of very many some are left out, which is said.

            """;
    private static final String DATA = "data: ";
    /** More than any message has there. */
    private static final int MOST_BYTES = 1024 * 1024;

    private static final String LEFT_OUT = "event: left-out";

    private final Option<Boolean> verbose = Option.flag("-v, --verbose", "print the stack traces of errors");
    private final Option<String> filter = text("--filter TEXT", "only messages that have this text, in any case");
    private final Option<String> listener =
            text("--listener TEXT", "only those of listeners with this in their address");
    private final Option<String> peer = text("--peer TEXT", "only those of senders with this in their address or name");
    private final Option<Boolean> json = Option.flag("--json", "print them as JSON objects, a line each");
    private final Option<Duration> timeout =
            Option.of("--timeout TIME", "longest wait for an answer", AdminPage::time, "10s");
    private final Command command = new Command(this, verbose)
            .text(HEAD)
            .options(List.of(filter, listener, peer, json, timeout))
            .usualOptions();
    private final Program program;
    private final boolean onTerminal = StandardStream.OUTPUT.isTerminal();

    TailCommand(Program program) {
        this.program = program;
    }

    private static Option<String> text(String form, String description) {
        return Option.of(form, description, UnaryOperator.identity());
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        AdminPage page = command.words(words -> AdminPage.of(words, timeout.value()));
        Program.requireOutput("tail prints to it");
        Map<String, String> query = Map.of(
                "filter", filter.ifAny().orElse(""),
                "listener", listener.ifAny().orElse(""),
                "peer", peer.ifAny().orElse(""),
                "format", json.value() ? "json" : "text");
        try (HttpAnswer events = page.events("/messages", query)) {
            boolean leftOut = false;
            for (String line = next(events, page); line != null; line = next(events, page)) {
                if (line.startsWith(DATA)) {
                    print(line.substring(DATA.length()), leftOut);
                }
                leftOut = line.equals(LEFT_OUT);
            }
        }
        throw new IOException(page.address() + " has ended");
    }

    private static @Nullable String next(HttpAnswer events, AdminPage page) throws IOException {
        try {
            return events.line(MOST_BYTES);
        } catch (IOException broken) {
            throw new IOException(page.address() + " has ended: " + broken.getMessage(), broken);
        }
    }

    private void print(String data, boolean leftOut) throws IOException {
        if (leftOut) {
            String lines = data.replaceAll("\\D", "");
            program.err().println("left out " + lines + " messages: too many at once");
        } else {
            program.out().println(onTerminal ? Printable.line(data) : data);
            program.checkOutput();
        }
    }
}
