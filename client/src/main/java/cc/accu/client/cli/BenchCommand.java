package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.client.cli.BenchPlan.Load;
import cc.accu.internal.cli.Command;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Program;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/** Measures a server, and finds out whether it stored what it got. */
final class BenchCommand implements Callable<Integer> {
    private static final String HEAD = """
            Usage: java -jar client.jar bench NETWORK ADDRESS [OPTION ...]
                   java -jar client.jar bench --run ID --verify FILE ... [OPTION ...]

            Sends numbered lines, and measures; without an address, only looks at what a
            --run left in files. NETWORK ADDRESS is tcp 127.0.0.1:3000 or unix /path.

            """;
    private static final String FOOT = """

            Exit codes: 0 all went well, 1 not all sent, or lost, damaged or reordered,
            2 wrong usage.
            """;

    private final Option<Long> messages =
            Option.of("--messages N", "how many, over all connections", Quantities::count, "1M");
    private final Option<Long> size =
            Option.of("--size SIZE", "bytes of each, its line feed counted; at least 40", Quantities::bytes, "100");
    private final Option<Long> connections =
            Option.of("--connections N", "each with a sender of its own", Quantities::count, "64");
    private final Option<Boolean> ack = Option.flag("--ack", "have each acknowledged, and measure how long that takes");
    private final Option<Long> rate = Option.of(
            "--rate N",
            "messages a second over all connections, and latency counts from the intended time; 0 for no limit",
            Quantities::count,
            "0");
    private final Option<Long> inFlight = Option.of(
            "--in-flight N",
            "with --ack, messages of a connection that may wait for their ack; 1 waits for each, 0 for no limit",
            Quantities::count,
            "0");
    private final Option<List<Path>> verify = Option.list(
            "--verify FILE ...",
            "then compare with what the server stored, in raw format; rotated files first, also .gz",
            TypedText::path);
    private final Option<String> run =
            Option.of("--run ID", "8 hexadecimal digits that are in each line", text -> text);
    private final Option<Boolean> json = Option.flag("--json", "print one JSON object");
    private final ConnectOptions connecting = new ConnectOptions();
    private final Command command = new Command(this, connecting.verbose())
            .text(HEAD)
            .options(List.of(messages, size, connections, ack, rate, inFlight, verify, run, json))
            .options(connecting.all())
            .usualOptions()
            .text(FOOT);
    private final PrintWriter out;

    BenchCommand(PrintWriter out) {
        this.out = out;
    }

    /** How it is typed. */
    CommandSpec spec() {
        return command.spec();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchPlan plan = plan();
        Program.requireOutput("bench prints what it finds there");
        List<Path> stored = verify.ifAny().orElse(List.of());
        if (!stored.isEmpty()) {
            long lines = plan.load().messages();
            MemoryNeed.ofBits(lines).check("--verify of " + lines + " messages", "verify fewer --messages");
        }
        BenchReport report = json.value() ? new BenchReport.Json(out) : new BenchReport.Text(out);
        if (command.words().isEmpty()) {
            command.check(
                    !stored.isEmpty() && run.ifAny().isPresent(),
                    "bench needs a NETWORK and an ADDRESS, or --verify and --run");
            report.starts(plan, "", connecting.transport());
        } else {
            send(plan, report);
        }
        boolean right = stored.isEmpty() || isStored(stored, plan, report);
        report.ends();
        return right ? Program.OK : Program.FAILED;
    }

    private BenchPlan plan() {
        try {
            Load load = new Load(
                    run.ifAny().orElseGet(Load::randomRun),
                    messages.value(),
                    Quantities.asInt(size.value()),
                    Quantities.asInt(connections.value()));
            return new BenchPlan(load, ack.value(), rate.value(), Quantities.asInt(inFlight.value()));
        } catch (IllegalArgumentException wrong) {
            throw command.wrong(wrong);
        }
    }

    private void send(BenchPlan plan, BenchReport report) throws IOException, InterruptedException {
        ConnectOptions.Target target = command.words(ConnectOptions.Target::of);
        command.check(target.rest().isEmpty(), "bench makes its own messages, but some were given");
        LineClient.Builder builder = connecting.newBuilder().windowBytes(plan.windowBytes());
        if (plan.acknowledged()) {
            builder.acknowledged();
        }
        MemoryNeed.of(plan)
                .check(plan.load().connections() + " connections", "use fewer --connections or a smaller --size");
        report.starts(plan, target.endpoint().toString(), connecting.transport());
        RoundRobin all = RoundRobin.connect(
                builder, target.endpoint(), List.of(), plan.load().connections());
        report.sent(plan, new BenchRun(plan, all).go());
    }

    private boolean isStored(List<Path> stored, BenchPlan plan, BenchReport report)
            throws IOException, InterruptedException {
        if (!plan.acknowledged()) {
            StoredLines.awaitQuiet(stored);
        }
        StoredLines.Verdict verdict = StoredLines.compare(stored, plan.load());
        report.stored(verdict);
        return verdict.isRight();
    }
}
