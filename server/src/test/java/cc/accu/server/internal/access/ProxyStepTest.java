package cc.accu.server.internal.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyStepTest {
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final byte[] IP4 = {(byte) 192, 0, 2, 1, 10, 0, 0, 1, 0x30, 0x39, 0x0b, (byte) 0xb8};
    private static final byte[] IP6 = ip6();

    private final List<String> told = new ArrayList<>();
    private final ProxyStep step = new ProxyStep(AddressList.of(List.of("127.0.0.1")));

    private static byte[] ip6() {
        byte[] addresses = new byte[36];
        addresses[0] = 0x20;
        addresses[1] = 0x01;
        addresses[15] = 1;
        addresses[32] = 0x30;
        addresses[33] = 0x39;
        return addresses;
    }

    /** What becomes of the connection, and what is passed on of it. */
    private record Outcome(List<String> told, String passedOn) {}

    private EmbeddedChannel begin(String peer) {
        step.begin(Origin.of("tcp :3000", peer), new HandshakeStep.Progress() {
            @Override
            public void holds(int bytes) {}

            @Override
            public void completed(HandshakeStep done, Origin known) {
                told.add("from " + known.peer());
            }

            @Override
            public void refused(Origin known, Refused reason, String why) {
                assertThat(why).matches("[ -~]+");
                told.add(reason + ": " + why);
            }

            @Override
            public void mayStaySilent() {
                told.add("may stay silent");
            }
        });
        return new EmbeddedChannel(step);
    }

    private Outcome read(byte[]... parts) {
        EmbeddedChannel channel = begin("127.0.0.1:5");
        for (byte[] part : parts) {
            channel.writeInbound(Unpooled.copiedBuffer(part));
        }
        return outcome(channel);
    }

    private Outcome outcome(EmbeddedChannel channel) {
        ByteArrayOutputStream passedOn = new ByteArrayOutputStream();
        for (ByteBuf next = channel.readInbound(); next != null; next = channel.readInbound()) {
            byte[] bytes = new byte[next.readableBytes()];
            next.readBytes(bytes);
            next.release();
            passedOn.writeBytes(bytes);
        }
        channel.finishAndReleaseAll();
        return new Outcome(List.copyOf(told), passedOn.toString(US_ASCII));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** A header of version 2 that says it has {@code length} bytes behind the first 16. */
    private static byte[] binary(int command, int family, int length, byte[]... rest) {
        byte[] head = {(byte) command, (byte) family, (byte) (length >> 8), (byte) length};
        return join(SIGNATURE, head, join(rest));
    }

    private static byte[] binary(int command, int family, byte[]... rest) {
        return binary(command, family, join(rest).length, rest);
    }

    private static byte[] tlv(int type, int length, String content) {
        return join(new byte[] {(byte) type, (byte) (length >> 8), (byte) length}, ascii(content));
    }

    record Header(String text, String sender) {
        Header(byte[] bytes, String sender) {
            this(new String(bytes, ISO_8859_1), sender);
        }

        byte[] bytes() {
            return text.getBytes(ISO_8859_1);
        }
    }

    private static List<Header> headers() {
        byte[] unix = new byte[216];
        System.arraycopy(ascii("/run/app.sock"), 0, unix, 0, 13);
        byte[] odd = new byte[216];
        System.arraycopy(ascii("/run/a b\u001b[2J"), 0, odd, 0, 12);
        byte[] full = new byte[216];
        Arrays.fill(full, (byte) 'x');
        return List.of(
                new Header(ascii("PROXY TCP4 192.0.2.1 10.0.0.1 12345 3000\r\n"), "192.0.2.1:12345"),
                new Header(ascii("PROXY TCP6 2001:db8:0:0:0:0:0:1 ::1 12345 3000\r\n"), "[2001:db8::1]:12345"),
                new Header(ascii("PROXY TCP6 2001:DB8::1 ::1 1 65535\r\n"), "[2001:db8::1]:1"),
                new Header(ascii("PROXY TCP6 ::ffff:192.0.2.1 ::1 12345 3000\r\n"), "192.0.2.1:12345"),
                new Header(binary(PROXY, 0x11, IP4), "192.0.2.1:12345"),
                new Header(binary(PROXY, 0x11, IP4, tlv(5, 4, "id-1"), tlv(4, 3, "\0\0\0")), "192.0.2.1:12345"),
                new Header(binary(PROXY, 0x11, IP4, tlv(0x20, 8, "\1\0\0\0\0\42\0\0")), "192.0.2.1:12345"),
                new Header(binary(PROXY, 0x11, IP4, tlv(4, 4096 - 16 - 12 - 3, "x".repeat(4065))), "192.0.2.1:12345"),
                new Header(binary(PROXY, 0x21, IP6), "[2001::1]:12345"),
                new Header(binary(PROXY, 0x31, unix), "unix:/run/app.sock"),
                new Header(binary(PROXY, 0x31, new byte[216]), "unix"),
                new Header(binary(PROXY, 0x31, odd), "unix"),
                new Header(binary(PROXY, 0x31, full), "unix:" + "x".repeat(108)));
    }

    private static List<Header> balancersOwn() {
        return List.of(
                new Header(ascii("PROXY UNKNOWN\r\n"), ""),
                new Header(ascii("PROXY TCP4 127.0.0.1 127.0.0.1 5 3000\r\n"), ""), // haproxy's probes in version 1
                new Header(ascii("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), ""),
                new Header(binary(LOCAL, 0x00), ""),
                new Header(binary(LOCAL, 0x11, IP4), ""),
                new Header(binary(PROXY, 0x00), ""),
                new Header(binary(PROXY, 0x00, tlv(4, 3, "\0\0\0")), ""));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void takesTheSenderFromTheHeader(Header header) {
        assertThat(read(join(header.bytes(), ascii("one\ntwo"))))
                .isEqualTo(new Outcome(List.of("from " + header.sender), "one\ntwo"));
    }

    @Test
    void takesHeadersWhereverTheNetworkCuts() {
        for (Header header : headers()) {
            byte[] all = join(header.bytes(), ascii("one\ntwo"));
            IntStream.rangeClosed(0, Math.min(all.length, 300)).forEach(at -> {
                ProxyStepTest each = new ProxyStepTest();
                assertThat(each.read(Arrays.copyOf(all, at), Arrays.copyOfRange(all, at, all.length)))
                        .as("cut at %d", at)
                        .isEqualTo(new Outcome(List.of("from " + header.sender), "one\ntwo"));
            });
        }
    }

    @Test
    void takesHeadersByteByByte() {
        for (Header header : headers()) {
            byte[] all = join(header.bytes(), ascii("one\ntwo"));
            byte[][] bytes = IntStream.range(0, all.length)
                    .mapToObj(i -> new byte[] {all[i]})
                    .toArray(byte[][]::new);
            assertThat(new ProxyStepTest().read(bytes))
                    .isEqualTo(new Outcome(List.of("from " + header.sender), "one\ntwo"));
        }
    }

    @ParameterizedTest
    @MethodSource("balancersOwn")
    void leavesTheBalancersOwnConnectionsTheirAddress(Header header) {
        assertThat(read(join(header.bytes(), ascii("one")))).isEqualTo(new Outcome(List.of("from 127.0.0.1:5"), "one"));
    }

    @ParameterizedTest
    @MethodSource("balancersOwn")
    void waitsForTheBalancersOwnToSaySomething(Header header) {
        assertThat(read(header.bytes(), ascii("one"), ascii("two")))
                .isEqualTo(new Outcome(List.of("may stay silent", "from 127.0.0.1:5"), "onetwo"));
    }

    @ParameterizedTest
    @MethodSource("balancersOwn")
    void knowsAProbeByItsEnd(Header header) {
        EmbeddedChannel channel = begin("127.0.0.1:5");
        channel.writeInbound(Unpooled.copiedBuffer(header.bytes()));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(outcome(channel).told).last().asString().startsWith("left: ");
    }

    @ParameterizedTest
    @CsvSource({"EOF, left", "RESET, left", "SHUTDOWN, shutting-down", "TIMEOUT, handshake-timeout"})
    void saysWhyNothingCame(End end, String reason) {
        EmbeddedChannel channel = begin("127.0.0.1:5");
        channel.pipeline().fireUserEventTriggered(end);
        assertThat(outcome(channel).told).singleElement().asString().startsWith(reason + ": ");
    }

    @ParameterizedTest
    @CsvSource({"EOF, proxy-header", "RESET, proxy-header", "SHUTDOWN, shutting-down", "TIMEOUT, handshake-timeout"})
    void saysWhyHalfAHeaderWasNoUse(End end, String reason) {
        EmbeddedChannel channel = begin("127.0.0.1:5");
        channel.writeInbound(Unpooled.copiedBuffer("PROXY TCP4 1", US_ASCII));
        channel.pipeline().fireUserEventTriggered(end);
        assertThat(outcome(channel).told).singleElement().asString().startsWith(reason + ": ");
    }

    @Test
    void letsNobodyConnectButBalancers() {
        EmbeddedChannel channel = begin("127.0.0.2:5");
        assertThat(told).singleElement().asString().startsWith("proxy-header: only the load balancers");
        channel.writeInbound(Unpooled.copiedBuffer("PROXY TCP4 192.0.2.1 10.0.0.1 12345 3000\r\nx", US_ASCII));
        assertThat(outcome(channel).passedOn).isEmpty();
        assertThat(told).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\n",
                "PROXX TCP4",
                "proxy TCP4",
                "GET / HTTP/1.1\r\n",
                "\26\3\1",
                "\r\n\r\n\0\r\nQUIT\r",
                "\nPROXY TCP4 192.0.2.1 10.0.0.1 12345 3000\r\n",
                "PROXY\r\n",
                "PROXY \r\n",
                "PROXY TCP4\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 12345 3000\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 12345\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 12345 3000 1\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 65536 3000\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 -1 3000\r\n",
                "PROXY TCP4 192.0.2.1 10.0.0.1 x 3000\r\n",
                "PROXY TCP4 192.0.2.256 10.0.0.1 1 3000\r\n",
                "PROXY TCP4 example.org 10.0.0.1 1 3000\r\n",
                "PROXY TCP4 ::1 ::1 1 3000\r\n",
                "PROXY TCP6 192.0.2.1 10.0.0.1 1 3000\r\n",
                "PROXY TCP4  192.0.2.1 10.0.0.1 1 3000\r\n",
                "PROXY TCP5 192.0.2.1 10.0.0.1 1 3000\r\n",
                "PROXY UDP4 192.0.2.1 10.0.0.1 1 3000\r\n",
                "PROXY \u001b[2J 192.0.2.1 10.0.0.1 1 3000\r\n"
            })
    void refusesWhatIsNoHeaderOfVersion1(String bytes) {
        assertRefused(ascii(bytes));
    }

    @Test
    void waitsForTheEndOfVersion1NoLongerThanItMayBe() {
        byte[] text = ascii("PROXY UNKNOWN " + "x".repeat(4096));
        assertThat(new ProxyStepTest().read(Arrays.copyOf(text, 106)).told)
                .containsExactly("proxy-header: it ended within its PROXY header");
        assertRefused(Arrays.copyOf(text, 107));
        assertRefused(text);
        byte[] longest = join(Arrays.copyOf(text, 105), ascii("\r\n"));
        assertThat(new ProxyStepTest().read(longest).told).first().isEqualTo("may stay silent");
        assertRefused(join(Arrays.copyOf(text, 106), ascii("\r\n")));
    }

    private static List<byte[]> wrongBinary() {
        return List.of(
                binary(0x11, 0x11, IP4),
                binary(0x31, 0x11, IP4),
                binary(0x22, 0x11, IP4),
                binary(0x2f, 0x11, IP4),
                binary(0xff, 0xff, IP4),
                binary(PROXY, 0x13, IP4),
                binary(PROXY, 0x41, IP4),
                binary(PROXY, 0x12, IP4),
                binary(PROXY, 0x22, IP6),
                binary(PROXY, 0x11),
                binary(PROXY, 0x11, 11, IP4),
                binary(PROXY, 0x21, IP4),
                binary(PROXY, 0x31, IP6),
                binary(PROXY, 0x11, 65535, IP4),
                binary(LOCAL, 0x00, 65535),
                binary(PROXY, 0x11, 4096 - 15, IP4),
                binary(PROXY, 0x11, IP4, tlv(4, 500, "\0\0\0")),
                binary(PROXY, 0x11, IP4, tlv(5, 4, "id-1"), tlv(4, 65535, "\0")),
                binary(PROXY, 0x11, IP4, tlv(0x20, 3, "\0\0\0")),
                binary(PROXY, 0x11, IP4, tlv(0x20, 9, "\1\0\0\0\0\42\0\11x")));
    }

    @ParameterizedTest
    @MethodSource("wrongBinary")
    void refusesWhatIsNoHeaderOfVersion2(byte[] header) {
        assertRefused(join(header, ascii("one\n")));
    }

    private static void assertRefused(byte[] bytes) {
        Outcome outcome = new ProxyStepTest().read(bytes);
        assertThat(outcome.told).singleElement().asString().startsWith("proxy-header: ");
        assertThat(outcome.passedOn).isEmpty();
    }

    /** It either waits, or refuses, or takes it; and what it takes it passes on, less the header. */
    @Test
    void endsInOrderWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Header> good = headers();
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = join(good.get(random.nextInt(good.size())).bytes(), ascii("one\n"));
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(Math.min(bytes.length, 64))] = (byte) random.nextInt();
            }
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            Outcome outcome = new ProxyStepTest().read(bytes);
            assertThat(outcome.told.size()).as("seed %d, round %d", seed, i).isLessThan(3);
            assertThat(outcome.told).allMatch(event -> event.matches("(from|may stay|proxy-header:|left:) .*"));
            assertThat(outcome.told).noneMatch(event -> event.matches("from \\S*\\s.*"));
        }
    }
}
