package cc.accu.server.internal.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cc.accu.server.internal.receive.HandshakeStep;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.TransportProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.NetUtil;
import java.util.Optional;

/**
 * A header of the PROXY protocol, of version 1 or 2.
 *
 * @param sender whom the load balancer speaks for, as an {@link cc.accu.line.Origin} names peers; empty for itself
 * @param uniqueId the balancer's name for the connection, printable; empty if it gave none
 */
record ProxyHeader(Optional<String> sender, String uniqueId) {
    private static final byte[] TEXT = "PROXY ".getBytes(US_ASCII);
    private static final byte[] BINARY = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
    private static final int MOST_TEXT_BYTES = 107;

    /** Of the binary header before its addresses; the length of the rest is in its last two bytes. */
    private static final int FIXED_BYTES = 16;

    /** No more than a handshake may hold, which would wait for the rest forever. */
    private static final int MOST_BINARY_BYTES = HandshakeStep.MOST_HELD_BYTES;

    private static final int UNIQUE_ID = 0x05;

    /**
     * Reads a header off the front of what has arrived, once all of it is there; else takes nothing.
     *
     * @throws HAProxyProtocolException when there cannot be one, with words for a log
     */
    static Optional<ProxyHeader> readFrom(ByteBuf arrived) {
        int length = startsLike(BINARY, arrived) ? binaryLength(arrived) : textLength(arrived);
        if (length < 0 || arrived.readableBytes() < length) {
            return Optional.empty();
        }
        ByteBuf header = arrived.readSlice(length);
        String shown = printable(header);
        try {
            HAProxyMessage message = decoded(header);
            try {
                return Optional.of(new ProxyHeader(sender(message), uniqueId(message)));
            } finally {
                message.release();
            }
        } catch (DecoderException wrong) {
            throw new HAProxyProtocolException("its PROXY header cannot be read: " + shown, wrong);
        }
    }

    /** Whether what has arrived, as far as it goes, is the same. */
    private static boolean startsLike(byte[] start, ByteBuf arrived) {
        int length = Math.min(start.length, arrived.readableBytes());
        for (int i = 0; i < length; i++) {
            if (arrived.getByte(arrived.readerIndex() + i) != start[i]) {
                return false;
            }
        }
        return true;
    }

    /** Up to and with its line end; negative while that is not there. */
    private static int textLength(ByteBuf arrived) {
        if (!startsLike(TEXT, arrived)) {
            throw new HAProxyProtocolException(
                    "it does not begin with a PROXY header; have the load balancer send one (in"
                            + " haproxy: send-proxy-v2), or leave proxy-from out");
        }
        int length = 1 + arrived.bytesBefore(Math.min(MOST_TEXT_BYTES, arrived.readableBytes()), (byte) '\n');
        if (length == 0 && arrived.readableBytes() < MOST_TEXT_BYTES) {
            return -1;
        }
        if (length == 0 || arrived.getByte(arrived.readerIndex() + length - 2) != '\r') {
            throw new HAProxyProtocolException(
                    "its PROXY header does not end with CR LF within " + MOST_TEXT_BYTES + " bytes");
        }
        return length;
    }

    private static int binaryLength(ByteBuf arrived) {
        if (arrived.readableBytes() < FIXED_BYTES) {
            return -1;
        }
        int length = FIXED_BYTES + arrived.getUnsignedShort(arrived.readerIndex() + FIXED_BYTES - 2);
        if (length > MOST_BINARY_BYTES) {
            throw new HAProxyProtocolException("its PROXY header has " + length + " bytes, and at most "
                    + MOST_BINARY_BYTES + " are read; have the load balancer send less in it");
        }
        return length;
    }

    /** Nobody's bytes get into a log as they are. */
    private static String printable(ByteBuf header) {
        return startsLike(TEXT, header)
                ? header.toString(US_ASCII).strip().replaceAll("[^ -~]", "?")
                : ByteBufUtil.hexDump(header.slice(header.readerIndex(), Math.min(FIXED_BYTES, header.readableBytes())))
                        + "...";
    }

    private static Optional<String> sender(HAProxyMessage message) {
        AddressFamily family = message.proxiedProtocol().addressFamily();
        if (message.command() == HAProxyCommand.LOCAL || family == AddressFamily.AF_UNSPEC) {
            return Optional.empty();
        }
        if (message.proxiedProtocol().transportProtocol() == TransportProtocol.DGRAM) {
            throw new HAProxyProtocolException("it speaks for somebody who sends datagrams, and this is a stream");
        }
        String address = message.sourceAddress();
        if (family == AddressFamily.AF_UNIX) {
            return Optional.of(address.matches("[!-~]+") ? "unix:" + address : "unix");
        }
        return AddressList.address(address)
                .map(ip -> NetUtil.toSocketAddressString(NetUtil.toAddressString(ip), message.sourcePort()));
    }

    private static String uniqueId(HAProxyMessage message) {
        for (HAProxyTLV tlv : message.tlvs()) {
            if (tlv.typeByteValue() == UNIQUE_ID) {
                return tlv.content().toString(US_ASCII).replaceAll("[^!-~]", "?");
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return "PROXY header: " + sender.map(peer -> "speaks for " + peer).orElse("speaks for itself")
                + (uniqueId.isEmpty() ? "" : ", unique-id " + uniqueId);
    }

    /** Netty's decoder, given a whole header on a channel of its own, as it closes the one whose header is wrong. */
    private static HAProxyMessage decoded(ByteBuf header) {
        EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
        try {
            channel.writeInbound(header.retain());
            HAProxyMessage message = channel.readInbound();
            if (message == null) {
                throw new HAProxyProtocolException("too short");
            }
            return message;
        } finally {
            channel.finishAndReleaseAll();
        }
    }
}
