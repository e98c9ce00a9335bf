package cc.accu.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.framing.LineInput;
import cc.accu.internal.transport.Transport;
import cc.accu.line.Completion;
import cc.accu.line.Durability;
import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.LineFraming;
import cc.accu.server.internal.deliver.SinkFanOut;
import cc.accu.server.internal.receive.ConnectionLimit;
import cc.accu.server.internal.receive.ConnectionLog;
import cc.accu.server.internal.receive.ReadBudget;
import cc.accu.server.internal.receive.RefusedConnections;
import cc.accu.server.sink.Sink;
import cc.accu.testing.EmbeddedSocket;
import cc.accu.testing.FuzzInput;
import cc.accu.transport.Endpoint;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * A sender that says anything, cut anyhow, to a sink that takes its time or fails: no acknowledgement is ahead of what is
 * stored, a plain sender hears nothing, and what is stored are the lines that were sent, in order.
 */
class ConversationFuzzTest {
    private static final int MAX_LINE = 40;
    private static final Endpoint ENDPOINT = new Endpoint.Unix("/fuzz.sock");
    private static final Transport TRANSPORT = Transport.of(ENDPOINT, false);

    private final SlowSink sink = new SlowSink();
    private final List<String> answers = new ArrayList<>();

    @FuzzTest
    void saysWhatIsStoredAndNothingElse(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        ConversationFuzzTest fresh = new ConversationFuzzTest();
        fresh.sink.failsAt = input.choice(16) - 1;
        fresh.talk(1 + input.choice(64), input.choice(4), input.choice(3), input.rest());
    }

    /** Batches wait until they are told to be stored; from one on they fail. */
    private static final class SlowSink implements Sink {
        private record Waiting(List<String> lines, Completion done) {}

        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private final List<String> stored = new ArrayList<>();
        private int failsAt = -1;

        @Override
        public void accept(LineBatch batch, Completion done) {
            try (batch) {
                List<String> lines = new ArrayList<>();
                batch.forEach(line -> lines.add(new String(line.bytes(), ISO_8859_1)));
                waiting.add(new Waiting(lines, done));
            }
        }

        void settleFirst() {
            Waiting first = waiting.poll();
            if (first == null) {
                return;
            }
            if (failsAt == 0) {
                first.done.settled(new IOException("fails"));
                return;
            }
            failsAt--;
            stored.addAll(first.lines);
            first.done.settled(null);
        }

        @Override
        public String address() {
            return "slow";
        }

        @Override
        public Durability durability() {
            return Durability.WRITTEN;
        }

        @Override
        public void close() {}
    }

    private void talk(int readBytes, int readsBehind, int ending, byte[] sent) {
        EmbeddedSocket socket = connected();
        int reads = 0;
        for (int at = 0; at < sent.length && socket.isActive(); at += readBytes) {
            socket.receives(sent, at, Math.min(sent.length, at + readBytes));
            if (readsBehind == 0 || ++reads % readsBehind == 0) {
                sink.settleFirst();
            }
            listen(socket);
        }
        switch (ending) {
            case 0 -> socket.receivesEnd();
            case 1 -> socket.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
            default -> LineInput.end(socket.pipeline(), End.TIMEOUT);
        }
        if (ending == 1) {
            socket.close();
        }
        listen(socket);
        while (!sink.waiting.isEmpty()) {
            sink.settleFirst();
            listen(socket);
        }
        socket.advanceTimeBy(1, TimeUnit.MINUTES);
        socket.runScheduledPendingTasks();
        listen(socket);
        socket.close();
        socket.checkException();
        check(new String(sent, ISO_8859_1), ending);
    }

    private EmbeddedSocket connected() {
        ReadBudget budget = new ReadBudget(
                new ReadBudget.Limits(1 << 20, 1 << 16, MAX_LINE, TimeUnit.SECONDS.toNanos(10)), () -> 1L << 30);
        RefusedConnections refusals = new RefusedConnections((listener, reason) -> {});
        Connections[] connections = new Connections[1];
        SinkFanOut sinks = new SinkFanOut(List.of(sink), new SinkFanOut.SinkListener() {
            @Override
            public void stalled(String address) {}

            @Override
            public void resumed(String address) {}

            @Override
            public void failed(String address, Throwable failure) {
                connections[0].sinkFailed();
            }
        });
        connections[0] = new Connections(
                budget,
                new Connections.Shared(
                        sinks, new Books.Ledger(), new ServerObserver() {}, new ConnectionLog(), refusals),
                Handshake.Additions.NONE,
                loop -> () -> {});
        EmbeddedSocket socket = new EmbeddedSocket();
        socket.pipeline()
                .addLast(connections[0].acceptor(
                        ListenOptions.of(ENDPOINT).framing(LineFraming.ofMaxLine(MAX_LINE)),
                        TRANSPORT,
                        new ConnectionLimit(10, refusals),
                        Optional.empty()));
        socket.runPendingTasks();
        return socket;
    }

    /** Each answer is one that can be true now. */
    private void listen(EmbeddedSocket socket) {
        socket.runPendingTasks();
        String said = socket.sent();
        for (String line : said.isEmpty()
                ? new String[0]
                : said.substring(0, said.length() - 1).split("\n", -1)) {
            answers.add(line);
            AckLine answer = AckLine.parse(line).orElseThrow(() -> new AssertionError(line));
            if (answer instanceof AckLine.Ack ack) {
                assertThat(ack.upTo()).isLessThanOrEqualTo(sink.stored.size());
            }
        }
        assertThat(said.isEmpty() || said.endsWith("\n")).isTrue();
    }

    private void check(String sent, int ending) {
        boolean greets = sent.startsWith("accu/1\n") || sent.startsWith("accu/1\r\n");
        if (!greets) {
            assertThat(sent.startsWith("accu/1 ") ? List.<String>of() : answers).isEmpty();
            return;
        }
        String lines = sent.substring(sent.indexOf('\n') + 1);
        List<String> wanted = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            wanted.add(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        }
        assertThat(wanted.subList(0, sink.stored.size())).isEqualTo(sink.stored);
        checkOrder();
        boolean unfinished = !lines.isEmpty() && !lines.endsWith("\n");
        boolean allWell = answers.stream().noneMatch(answer -> answer.startsWith("err"));
        if (ending == 0 && allWell) {
            int all = wanted.size() - (unfinished ? 0 : 1);
            assertThat(sink.stored).hasSize(all);
            assertThat(answers.get(answers.size() - 1)).isEqualTo(all == 0 ? answers.get(0) : "ack " + all);
        }
    }

    /** The welcome comes first and once, acknowledgements grow, and nothing follows an error. */
    private void checkOrder() {
        long acknowledged = 0;
        for (int i = 0; i < answers.size(); i++) {
            AckLine answer = AckLine.parse(answers.get(i)).orElseThrow();
            assertThat(answer instanceof AckLine.Welcome).isEqualTo(i == 0 && !(answer instanceof AckLine.Err));
            if (answer instanceof AckLine.Ack ack) {
                assertThat(ack.upTo()).isGreaterThan(acknowledged);
                acknowledged = ack.upTo();
            } else if (answer instanceof AckLine.Err err) {
                assertThat(err.line()).isEqualTo(acknowledged + 1);
                assertThat(i).isEqualTo(answers.size() - 1);
            }
        }
    }
}
