package cc.accu.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Sender.Settings;
import cc.accu.internal.framing.AckLine;
import cc.accu.testing.EmbeddedSocket;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A server that answers anything, cut anyhow: no line counts as stored that no acknowledgement was said for, the
 * conversation ends once at most, and what is said of its end is short and shows nothing of what drives a terminal.
 */
class AckProtocolFuzzTest {
    private static final int LINES = 5;
    private static final int MOST_REASON = 300;
    private static final Settings SETTINGS = new Settings(
            Duration.ofSeconds(10),
            Duration.ZERO,
            Duration.ZERO,
            1 << 20,
            WhenFull.FAIL,
            new Sender.Settings.Wire(false, Optional.empty()),
            new Settings.Acks(true, Duration.ofSeconds(30), Duration.ZERO));

    @FuzzTest
    void believesNothingButAcknowledgements(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        int readBytes = 1 + input.choice(64);
        boolean welcomed = input.choice(2) == 1;
        byte[] said = ((welcomed ? "accu/1 ok durable=fsync max-line=100\n" : "") + input.restAsText()).getBytes(UTF_8);
        SendQueue queue = new SendQueue(SETTINGS, () -> false);
        List<CompletableFuture<Void>> sent = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            sent.add(queue.add(ByteBuffer.wrap(("line " + i + "\n").getBytes(UTF_8)), 1));
        }
        List<ConversationEnd> ends = new ArrayList<>();
        EmbeddedSocket socket = new EmbeddedSocket();
        socket.pipeline()
                .addLast(new ServerLink(
                        socket, queue, Duration.ZERO, link -> new AckProtocol(link, queue, SETTINGS, owner(ends))));
        socket.pipeline().fireChannelActive();
        for (int at = 0; at < said.length && socket.isActive(); at += readBytes) {
            socket.receives(said, at, Math.min(said.length, at + readBytes));
        }
        long most = mostAcknowledged(new String(said, UTF_8));
        assertThat(sent.stream().filter(AckProtocolFuzzTest::isStored).count()).isLessThanOrEqualTo(most);
        socket.receivesEnd();
        socket.close();
        socket.sent();
        queue.fail("it is over", null);
        socket.checkException();
        assertThat(ends).hasSize(1);
        assertThat(ends.get(0).why()).hasSizeLessThan(MOST_REASON).doesNotContainPattern("\\p{Cc}|\\p{Cf}");
    }

    private static AckProtocol.Owner owner(List<ConversationEnd> ends) {
        return new AckProtocol.Owner() {
            @Override
            public void welcomed(ServerLink link, AckLine.Welcome welcome) {}

            @Override
            public void ended(ConversationEnd how, boolean progressed) {
                ends.add(how);
            }
        };
    }

    private static boolean isStored(CompletableFuture<Void> line) {
        return line.isDone() && !line.isCompletedExceptionally();
    }

    /** The largest number of an acknowledgement that could be meant. */
    private static long mostAcknowledged(String said) {
        long most = 0;
        for (String line : said.split("\n", -1)) {
            if (AckLine.parse(line).orElse(null) instanceof AckLine.Ack ack && ack.upTo() <= LINES) {
                most = Math.max(most, ack.upTo());
            }
        }
        return most;
    }
}
