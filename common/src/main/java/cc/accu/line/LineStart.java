package cc.accu.line;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The start of a line that the network cut, short enough to be put in front of what is read next, so that the line is
 * whole again where the others are. Event-loop confined.
 */
final class LineStart {
    private static final int MOST_BYTES = 4 * 1024;
    private static final byte[] NONE = {};

    private byte[] bytes = NONE;

    int length() {
        return bytes.length;
    }

    /** Reads all of {@code in}, if that is not too much; says whether it did. */
    boolean take(ByteBuf in) {
        if (in.readableBytes() > MOST_BYTES) {
            return false;
        }
        bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        return true;
    }

    /** Puts the start in front of {@code in}, if there is room before what it has to read; says whether it did. */
    boolean putBefore(ByteBuf in) {
        int room = in.readerIndex();
        if (room < bytes.length) {
            return false;
        }
        in.readerIndex(room - bytes.length).setBytes(in.readerIndex(), bytes);
        bytes = NONE;
        return true;
    }

    /** Gives the start away, in a buffer that is the caller's. */
    ByteBuf give(ByteBufAllocator allocator) {
        ByteBuf given = allocator.buffer(bytes.length).writeBytes(bytes);
        bytes = NONE;
        return given;
    }
}
