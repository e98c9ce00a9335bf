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
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;

/** Shows the books, sinks and connections of a server, again and again. One thread. */
final class TopCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar top http://HOST:PORT [OPTION ...]
                   java -jar client.jar top unix:/PATH [OPTION ...]

            Shows the books, the sinks and the connections, those that are held first, of a
            server that was started with --admin there.

            """;
    private static final String CLEAR_SCREEN = "\033[H\033[2J";

    private final Option<Boolean> verbose = Option.flag("-v, --verbose", "print the stack traces of errors");
    private final Option<Duration> every = Option.of("--every TIME", "how often", AdminPage::time, "1s");
    private final Option<Boolean> once = Option.flag("--once", "show them once, and exit");
    private final Option<Duration> timeout =
            Option.of("--timeout TIME", "longest wait for an answer", AdminPage::time, "10s");
    private final Command command = new Command(this, verbose)
            .text(HEAD)
            .options(List.of(every, once, timeout))
            .usualOptions();
    private final Program program;

    TopCommand(Program program) {
        this.program = program;
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        AdminPage page = command.words(words -> AdminPage.of(words, timeout.value()));
        Program.requireOutput("top prints to it");
        boolean isTerminal = StandardStream.OUTPUT.isTerminal() && !once.value();
        show(page, isTerminal);
        while (!once.value()) {
            TimeUnit.NANOSECONDS.sleep(every.value().toNanos());
            show(page, isTerminal);
        }
        return Program.OK;
    }

    private void show(AdminPage page, boolean isTerminal) throws IOException, InterruptedException {
        String state = page.text("/state", Map.of("format", "text"));
        program.out().print(isTerminal ? CLEAR_SCREEN : "");
        state.lines().map(Printable::line).forEach(program.out()::println);
        program.checkOutput();
    }
}
