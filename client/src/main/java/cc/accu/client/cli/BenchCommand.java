package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.console.Quantities;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures a server, and finds out whether it stored what it got. */
@Command(
        name = "client.jar bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        description =
                "Sends numbered lines, and measures; without an address, only looks at what a --run left in files.",
        footer = {"", "Exit codes: 0 all went well, 1 not all sent, or lost, damaged or reordered, 2 wrong usage."})
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "NETWORK ADDRESS", arity = "0..*", description = "tcp 127.0.0.1:3000, unix /path")
    private List<String> words = List.of();

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "1M",
            converter = Counts.class,
            description = "how many, over all connections (default: ${DEFAULT-VALUE})")
    private long messages;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "100",
            description = "bytes of each, its line feed counted; at least 40 (default: ${DEFAULT-VALUE})")
    private long size;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
    private int connections;

    @Option(names = "--ack", description = "have each acknowledged, and measure how long that takes")
    private boolean acknowledged;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            converter = Counts.class,
            description = "messages a second over all connections; latency then counts from the intended time")
    private long rate;

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            defaultValue = "0",
            description = "with --ack, messages of a connection that may wait for their ack; 1 waits for each")
    private int inFlight;

    @Option(
            names = "--verify",
            paramLabel = "FILE",
            arity = "1..*",
            description = "then compare with what the server stored, in raw format; rotated files first, also .gz")
    private List<Path> stored = List.of();

    @Option(names = "--run", paramLabel = "ID", description = "8 hexadecimal digits that are in each line")
    private String run = "";

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Mixin
    private ConnectOptions connecting = new ConnectOptions();

    /** Picocli makes it. */
    static final class Counts implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Quantities.count(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchPlan plan = plan();
        PrintWriter out = spec.commandLine().getOut();
        BenchReport report = json ? new BenchJson(out) : new BenchText(out);
        if (words.isEmpty()) {
            check(!stored.isEmpty() && !run.isEmpty(), "bench needs a NETWORK and an ADDRESS, or --verify and --run");
            report.starts(plan, "", connecting.transport());
        } else {
            send(plan, report);
        }
        boolean right = stored.isEmpty() || verify(plan, report);
        report.ends();
        return right ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private BenchPlan plan() {
        try {
            int bytes = (int) Math.min(Integer.MAX_VALUE, size);
            String id = run.isEmpty() ? BenchLoad.randomRun() : run;
            return new BenchPlan(new BenchLoad(id, messages, bytes, connections), acknowledged, rate, inFlight);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    private void check(boolean right, String rule) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), rule);
        }
    }

    private void send(BenchPlan plan, BenchReport report) throws IOException, InterruptedException {
        Target target = Target.of(words, spec);
        check(target.rest().isEmpty(), "bench makes its own messages, but some were given");
        LineClient.Builder builder = connecting.newBuilder().windowBytes(plan.windowBytes());
        if (acknowledged) {
            builder.acknowledged();
        }
        report.starts(plan, target.endpoint().toString(), connecting.transport());
        Deal deal = Deal.connect(builder, target.endpoint(), List.of(), connections);
        report.sent(plan, new BenchRun(plan, deal).go());
    }

    private boolean verify(BenchPlan plan, BenchReport report) throws IOException, InterruptedException {
        if (!acknowledged) {
            StoredFiles.awaitQuiet(stored);
        }
        StoredLines.Verdict verdict = StoredFiles.compare(stored, plan.load());
        report.stored(verdict);
        return verdict.isRight();
    }
}
