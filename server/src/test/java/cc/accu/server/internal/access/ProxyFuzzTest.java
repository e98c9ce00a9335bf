package cc.accu.server.internal.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.testing.FuzzInput;
import cc.accu.transport.Refused;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Whatever a load balancer says first: it is turned away or known once at most, in words that can be printed, the same however the
 * network cuts it; what is behind the header is passed on as it came, and no more is held than a handshake may.
 */
class ProxyFuzzTest {
    private static final int LARGEST_CUT = 32;

    @FuzzTest
    void saysTheSameHoweverItIsCut(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        int cut = 1 + input.choice(LARGEST_CUT);
        byte[] said = input.rest();
        assertThat(outcome(said, cut)).isEqualTo(outcome(said, Math.max(1, said.length)));
    }

    private static List<String> outcome(byte[] said, int cut) {
        List<String> told = new ArrayList<>();
        ProxyStep step = new ProxyStep(AddressList.of(List.of("127.0.0.1")));
        step.begin(Origin.of("tcp :3000", "127.0.0.1:5"), new HandshakeStep.Progress() {
            @Override
            public void holds(int bytes) {
                assertThat(bytes).isLessThanOrEqualTo(HandshakeStep.MOST_HELD_BYTES + said.length);
            }

            @Override
            public void completed(HandshakeStep done, Origin known) {
                assertThat(known.peer()).matches("[!-~]+");
                told.add("from " + known.peer());
            }

            @Override
            public void refused(Origin known, Refused reason, String why) {
                assertThat(why).matches("[ -~]+");
                told.add(reason.toString());
            }

            @Override
            public void mayStaySilent() {}
        });
        EmbeddedChannel channel = new EmbeddedChannel(step);
        for (int from = 0; from < said.length; from += cut) {
            channel.writeInbound(Unpooled.copiedBuffer(said, from, Math.min(cut, said.length - from)));
        }
        StringBuilder passedOn = new StringBuilder();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            passedOn.append(next.toString(ISO_8859_1));
            next.release();
        }
        channel.finishAndReleaseAll();
        assertThat(told).hasSizeLessThanOrEqualTo(1);
        assertThat(new String(said, ISO_8859_1)).endsWith(passedOn);
        told.add(passedOn.toString());
        return told;
    }
}
