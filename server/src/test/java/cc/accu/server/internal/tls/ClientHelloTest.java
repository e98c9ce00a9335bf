package cc.accu.server.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.server.internal.tls.ClientHello.Progress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloTest {
    /** What the JDK's TLS says first. */
    static byte[] hello(String[] versions, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        parameters.setProtocols(versions);
        engine.setSSLParameters(parameters);
        engine.beginHandshake();
        ByteBuffer out = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] hello() throws Exception {
        return hello(new String[] {"TLSv1.3", "TLSv1.2"}, "h2", "accu/1");
    }

    @Test
    void knowsWhatIsOffered() throws Exception {
        ClientHello both = ClientHello.of(Unpooled.wrappedBuffer(hello()));
        assertThat(both.protocols()).containsExactly("h2", "accu/1");
        assertThat(both.versions()).contains(ClientHello.TLS_1_3);
        ClientHello old = ClientHello.of(Unpooled.wrappedBuffer(hello(new String[] {"TLSv1.2"})));
        assertThat(old.protocols()).isEmpty();
        assertThat(old.versions()).doesNotContain(ClientHello.TLS_1_3);
    }

    @Test
    void isPartialUntilItIsComplete() throws Exception {
        byte[] hello = hello();
        for (int length = 0; length < hello.length; length++) {
            assertThat(ClientHello.progress(Unpooled.wrappedBuffer(hello, 0, length)))
                    .isEqualTo(Progress.PARTIAL);
        }
        assertThat(ClientHello.progress(Unpooled.wrappedBuffer(hello))).isEqualTo(Progress.COMPLETE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void isReadAlsoFromSeveralRecords(int bytesInEach) throws Exception {
        byte[] hello = hello();
        ByteBuf records = Unpooled.buffer();
        for (int from = 5; from < hello.length; from += bytesInEach) {
            int length = Math.min(bytesInEach, hello.length - from);
            records.writeBytes(hello, 0, 3).writeShort(length).writeBytes(hello, from, length);
        }
        assertThat(ClientHello.progress(records)).isEqualTo(Progress.COMPLETE);
        assertThat(ClientHello.of(records)).isEqualTo(ClientHello.of(Unpooled.wrappedBuffer(hello)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "accu/1\n", "\u0016x", "\u0016\u0003\u0001\u0000\u0010\u0002", "PROXY ", "\r\n\r\n"})
    void isNothingElse(String text) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(ClientHello.progress(bytes)).isEqualTo(Progress.NONE);
    }

    @Test
    void takesWhateverIsDamaged() throws Exception {
        Random random = new Random(1);
        byte[] hello = hello();
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = Arrays.copyOf(hello, random.nextInt(400));
            for (int n = random.nextInt(4); n > 0 && damaged.length > 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            ByteBuf bytes = Unpooled.wrappedBuffer(damaged);
            ClientHello.progress(bytes);
            ClientHello.of(bytes);
            assertThat(bytes.readableBytes()).isEqualTo(damaged.length);
        }
    }
}
