package cc.accu.server.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.internal.receive.Protocol;
import cc.accu.server.internal.tls.ClientHello.Progress;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Whatever comes first to a listener with TLS: looking at it takes nothing and throws nothing, more bytes never make a hello of
 * what was none, and only whole records of a length that TLS knows are passed on, the same however the network cuts them.
 */
class TlsStartFuzzTest {
    private static final int LARGEST_CUT = 64;

    @FuzzTest
    void takesWhateverComes(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        int cut = 1 + input.choice(LARGEST_CUT);
        byte[] said = input.rest();
        look(said);
        assertThat(passedOn(said, cut)).isEqualTo(passedOn(said, Math.max(1, said.length)));
    }

    private static void look(byte[] said) {
        Progress before = Progress.PARTIAL;
        for (int length = 0; length <= Math.min(said.length, 600); length++) {
            ByteBuf arrived = Unpooled.wrappedBuffer(said, 0, length);
            Progress now = ClientHello.progress(arrived);
            assertThat(now == Progress.PARTIAL && before != Progress.PARTIAL).isFalse();
            before = now;
            Protocol.of(arrived, Protocol.ANY);
            assertThat(arrived.readableBytes()).isEqualTo(length);
        }
        ByteBuf all = Unpooled.wrappedBuffer(said);
        assertThat(ClientHello.of(all).protocols()).hasSizeLessThanOrEqualTo(said.length);
        assertThat(all.readableBytes()).isEqualTo(said.length);
    }

    private static ByteBuf passedOn(byte[] said, int cut) {
        List<String> offences = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(
                new TlsRecords(held -> assertThat(held).isLessThan(64 * 1024), () -> {}, offences::add));
        for (int from = 0; from < said.length; from += cut) {
            channel.writeInbound(Unpooled.copiedBuffer(said, from, Math.min(cut, said.length - from)));
        }
        ByteBuf passedOn = Unpooled.buffer();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            passedOn.writeBytes(next);
            next.release();
        }
        channel.finishAndReleaseAll();
        assertThat(offences).hasSizeLessThanOrEqualTo(1);
        return passedOn;
    }
}
