package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.internal.cli.CommandLine;
import cc.accu.internal.cli.CommandSyntax;
import cc.accu.internal.cli.ExitCode;
import cc.accu.internal.cli.Option;
import cc.accu.internal.cli.Quantities;
import cc.accu.internal.cli.TypedPath;
import cc.accu.internal.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Measures a server, and finds out whether it stored what it got. */
final class BenchCommand implements Callable<Integer> {
    private static final Option MESSAGES =
            Option.of("--messages N", "how many, over all connections").orElse("1M");
    private static final Option SIZE = Option.of("--size SIZE", "bytes of each, its line feed counted; at least 40")
            .orElse("100");
    private static final Option CONNECTIONS =
            Option.of("--connections N", "each with a sender of its own").orElse("64");
    private static final Option ACK = Option.of("--ack", "have each acknowledged, and measure how long that takes");
    private static final Option RATE = Option.of(
                    "--rate N",
                    "messages a second over all connections, and latency counts from the intended time; 0 for no limit")
            .orElse("0");
    private static final Option IN_FLIGHT = Option.of(
                    "--in-flight N",
                    "with --ack, messages of a connection that may wait for their ack; 1 waits for each, 0 for no limit")
            .orElse("0");
    private static final Option VERIFY = Option.of(
            "--verify FILE ...",
            "then compare with what the server stored, in raw format; rotated files first, also .gz");
    private static final Option RUN = Option.of("--run ID", "8 hexadecimal digits that are in each line");
    private static final Option JSON = Option.of("--json", "print one JSON object");

    static final CommandSyntax SYNTAX = new CommandSyntax(
            """
            Usage: java -jar client.jar bench NETWORK ADDRESS [OPTION ...]
                   java -jar client.jar bench --run ID --verify FILE ... [OPTION ...]

            Sends numbered lines, and measures; without an address, only looks at what a
            --run left in files. NETWORK ADDRESS is tcp 127.0.0.1:3000 or unix /path.

            """,
            """

            Exit codes: 0 all went well, 1 not all sent, or lost, damaged or reordered,
            2 wrong usage.
            """,
            List.of(MESSAGES, SIZE, CONNECTIONS, ACK, RATE, IN_FLIGHT, VERIFY, RUN, JSON),
            ConnectOptions.ALL);

    private final CommandLine line;
    private final StandardStreams streams;
    private final ConnectOptions connecting;
    private final List<Path> stored;

    BenchCommand(CommandLine line, StandardStreams streams) {
        this.line = line;
        this.streams = streams;
        this.connecting = new ConnectOptions(line);
        this.stored = line.values(VERIFY, TypedPath::of);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchPlan plan = plan();
        StandardStreams.requireOutput("bench prints what it finds there");
        if (!stored.isEmpty()) {
            long messages = plan.load().messages();
            MemoryNeed.ofBits(messages).check("--verify of " + messages + " messages", "verify fewer --messages");
        }
        BenchReport report = line.has(JSON) ? new BenchJson(streams.out()) : new BenchText(streams.out());
        if (line.arguments().isEmpty()) {
            UsageException.check(
                    line.has(VERIFY) && line.has(RUN), "bench needs a NETWORK and an ADDRESS, or --verify and --run");
            report.starts(plan, "", connecting.transport());
        } else {
            send(plan, report);
        }
        boolean right = stored.isEmpty() || verify(plan, report);
        report.ends();
        return right ? ExitCode.OK : ExitCode.FAILED;
    }

    private BenchPlan plan() {
        String run = line.has(RUN) ? line.text(RUN) : BenchLoad.randomRun();
        long messages = line.value(MESSAGES, Quantities::count);
        int bytes = Quantities.asInt(line.value(SIZE, Quantities::bytes));
        int connections = Quantities.asInt(line.value(CONNECTIONS, Quantities::count));
        int inFlight = Quantities.asInt(line.value(IN_FLIGHT, Quantities::count));
        long rate = line.value(RATE, Quantities::count);
        try {
            return new BenchPlan(new BenchLoad(run, messages, bytes, connections), line.has(ACK), rate, inFlight);
        } catch (IllegalArgumentException wrong) {
            throw new UsageException("", wrong);
        }
    }

    private void send(BenchPlan plan, BenchReport report) throws IOException, InterruptedException {
        Target target = line.arguments(Target::of);
        UsageException.check(target.rest().isEmpty(), "bench makes its own messages, but some were given");
        LineClient.Builder builder = connecting.newBuilder().windowBytes(plan.windowBytes());
        if (plan.acknowledged()) {
            builder.acknowledged();
        }
        MemoryNeed.of(plan)
                .check(plan.load().connections() + " connections", "use fewer --connections or a smaller --size");
        report.starts(plan, target.endpoint().toString(), connecting.transport());
        Deal deal =
                Deal.connect(builder, target.endpoint(), List.of(), plan.load().connections());
        report.sent(plan, new BenchRun(plan, deal).go());
    }

    private boolean verify(BenchPlan plan, BenchReport report) throws IOException, InterruptedException {
        if (!plan.acknowledged()) {
            StoredFiles.awaitQuiet(stored);
        }
        StoredLines.Verdict verdict = StoredFiles.compare(stored, plan.load());
        report.stored(verdict);
        return verdict.isRight();
    }
}
