package cc.accu.server.internal.receive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes to a port that is for something else. */
class ProtocolTest {
    private static final String HELLO = "\26\3\1\0\57\1\0\0\53\3\3";
    private static final String PROXY_V2 = "\r\n\r\n\0\r\nQUIT\n\41\21\0\14";

    private static ByteBuf bytes(String latin) {
        return Unpooled.wrappedBuffer(latin.getBytes(ISO_8859_1));
    }

    static Stream<Arguments> spoken() {
        return Stream.of(
                Arguments.of(HELLO, Protocol.TLS),
                Arguments.of("\26\3\3\100\0\1\1\0\0\3\3", Protocol.TLS), // more than fits into a record
                Arguments.of("GET / HTTP/1.1", Protocol.HTTP),
                Arguments.of("POST /a?b=c HTTP/1.0\r\nHost: x\r\n", Protocol.HTTP),
                Arguments.of("PRI * HTTP/2.0\r\n", Protocol.HTTP),
                Arguments.of("PROXY TCP4 10.0.0.1 10.0.0.2 5 6\r\n", Protocol.PROXY),
                Arguments.of("PROXY UNKNOWN\r\n", Protocol.PROXY),
                Arguments.of(PROXY_V2, Protocol.PROXY),
                Arguments.of("SSH-2.0-OpenSSH_9.6\r\n", Protocol.SSH));
    }

    @ParameterizedTest
    @MethodSource("spoken")
    void isKnownByItsFirstBytes(String start, Protocol expected) {
        assertThat(Protocol.of(bytes(start), Protocol.ANY)).contains(expected);
    }

    @Test
    void knowsTheHelloOfThisJvm() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 1);
        engine.setUseClientMode(true);
        java.nio.ByteBuffer hello =
                java.nio.ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(java.nio.ByteBuffer.allocate(0), hello);

        assertThat(Protocol.of(Unpooled.wrappedBuffer(hello.flip()), Protocol.ANY))
                .contains(Protocol.TLS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "accu/1\n",
                "hello\n",
                "GET well soon\n",
                "GET / HTTP\n",
                "GETAWAY HTTP/1.1\n",
                "PROXY of mine\n",
                "\r\n\r\n",
                "SSH\n",
                "\26\3\1\0\57\2\0\0\53\3\3", // a ServerHello
                "\26\3\1\0\57\1\0\0\51\3\3", // more in the record than the hello has
                "\26\3\1\0\1\1\0\0\53\3\3"
            })
    void isNothingElse(String start) {
        assertThat(Protocol.of(bytes(start), Protocol.ANY)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("spoken")
    void mayComeUntilItIsThere(String start, Protocol expected) {
        int known = 1;
        while (Protocol.of(bytes(start.substring(0, known)), Protocol.ANY).isEmpty()) {
            assertThat(Protocol.mayCome(bytes(start.substring(0, known)), Protocol.ANY))
                    .isTrue();
            known++;
        }
        assertThat(Protocol.of(bytes(start.substring(0, known)), Protocol.ANY)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\n", "accu/1\n", "\n", "GET well soon\n", "x"})
    void doesNotComeAfterALineOfOurs(String start) {
        assertThat(Protocol.mayCome(bytes(start), Protocol.ANY)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("spoken")
    void isFoundHoweverTheNetworkCutsItAndNothingIsHeldBack(String start, Protocol expected) {
        for (int piece = 1; piece <= start.length(); piece++) {
            List<Protocol> told = new ArrayList<>();
            EmbeddedChannel channel = new EmbeddedChannel(new FirstBytes(Protocol.ANY, told::add));
            StringBuilder passed = new StringBuilder();
            for (int at = 0; at < start.length(); at += piece) {
                String next = start.substring(at, Math.min(at + piece, start.length()));
                channel.writeInbound(bytes(next));
                ByteBuf out = channel.readInbound();
                if (out != null) {
                    assertThat(out.toString(ISO_8859_1)).isEqualTo(next);
                    passed.append(next);
                    out.release();
                } else {
                    assertThat(expected).isEqualTo(Protocol.TLS);
                }
            }
            assertThat(told).as("in pieces of %d", piece).containsExactly(expected);
            assertThat(channel.pipeline().get(FirstBytes.class)).isNull();
            assertThat(passed.length()).isEqualTo(expected == Protocol.TLS ? passed.length() : start.length());
            channel.finishAndReleaseAll();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello\n", "accu/1\n", "GET well soon\n", "\r\n\r\nx"})
    void leavesLinesAlone(String lines) {
        List<Protocol> told = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(new FirstBytes(Protocol.ANY, told::add));
        channel.writeInbound(bytes(lines));
        ByteBuf out = channel.readInbound();

        assertThat(out.toString(ISO_8859_1)).isEqualTo(lines);
        assertThat(told).isEmpty();
        assertThat(channel.pipeline().get(FirstBytes.class)).isNull();
        out.release();
        channel.finishAndReleaseAll();
    }
}
