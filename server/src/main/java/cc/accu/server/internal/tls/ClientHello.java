package cc.accu.server.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client of TLS says first, as RFC 8446, section 4.1.2 has it: as far as it matters before the handshake.
 *
 * @param protocols those that it offers by ALPN (RFC 7301), in its order
 * @param versions those of TLS that it offers beside the one in its head, which is 1.2 at most
 */
record ClientHello(List<String> protocols, List<Integer> versions) {
    static final int TLS_1_3 = 0x0304;

    private static final int RECORD_HEAD = 5;
    private static final int MESSAGE_HEAD = 4;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    /** Head, version, random. */
    private static final int FIXED = MESSAGE_HEAD + 2 + 32;

    private static final int ALPN = 16;
    private static final int SUPPORTED_VERSIONS = 43;

    /** How much of it is there. */
    enum Progress {
        /** It may become one. */
        PARTIAL,
        /** All of it. */
        COMPLETE,
        /** It is something else. */
        NONE
    }

    /** Looks at what has arrived, from the first byte on; reads nothing. */
    static Progress progress(ByteBuf arrived) {
        int start = arrived.readerIndex();
        int length = arrived.readableBytes();
        if (differs(arrived, start, length, 0, HANDSHAKE)
                || differs(arrived, start, length, 1, 3)
                || differs(arrived, start, length, RECORD_HEAD, CLIENT_HELLO)) {
            return Progress.NONE;
        }
        ByteBuf message = message(arrived);
        boolean complete = message.readableBytes() >= MESSAGE_HEAD
                && message.readableBytes() - MESSAGE_HEAD >= message.getUnsignedMedium(1);
        return complete ? Progress.COMPLETE : Progress.PARTIAL;
    }

    private static boolean differs(ByteBuf bytes, int start, int length, int at, int value) {
        return length > at && bytes.getUnsignedByte(start + at) != value;
    }

    /** What is in the whole records of a handshake, one behind the other: a message may be spread over several. */
    private static ByteBuf message(ByteBuf arrived) {
        ByteBuf records = arrived.slice();
        ByteBuf message = Unpooled.buffer(records.readableBytes());
        while (records.readableBytes() >= RECORD_HEAD && records.getUnsignedByte(records.readerIndex()) == HANDSHAKE) {
            int bytes = records.getUnsignedShort(records.readerIndex() + RECORD_HEAD - 2);
            if (records.readableBytes() < RECORD_HEAD + bytes) {
                break;
            }
            records.skipBytes(RECORD_HEAD);
            message.writeBytes(records, bytes);
        }
        return message;
    }

    /** Reads nothing. What is damaged is as if it were not there: TLS will see to it. */
    static ClientHello of(ByteBuf arrived) {
        ByteBuf hello = message(arrived);
        List<String> protocols = new ArrayList<>();
        List<Integer> versions = new ArrayList<>();
        try {
            hello.skipBytes(FIXED);
            hello.skipBytes(hello.readUnsignedByte()); // session
            hello.skipBytes(hello.readUnsignedShort()); // ciphers
            hello.skipBytes(hello.readUnsignedByte()); // compressions
            ByteBuf extensions = hello.readSlice(hello.readUnsignedShort());
            while (extensions.isReadable()) {
                int type = extensions.readUnsignedShort();
                ByteBuf extension = extensions.readSlice(extensions.readUnsignedShort());
                if (type == ALPN) {
                    ByteBuf names = extension.readSlice(extension.readUnsignedShort());
                    while (names.isReadable()) {
                        int length = names.readUnsignedByte();
                        protocols.add(names.readCharSequence(length, StandardCharsets.ISO_8859_1)
                                .toString());
                    }
                } else if (type == SUPPORTED_VERSIONS) {
                    ByteBuf offered = extension.readSlice(extension.readUnsignedByte());
                    while (offered.isReadable()) {
                        versions.add(offered.readUnsignedShort());
                    }
                }
            }
        } catch (IndexOutOfBoundsException damaged) {
            return new ClientHello(List.of(), List.of());
        }
        return new ClientHello(List.copyOf(protocols), List.copyOf(versions));
    }
}
