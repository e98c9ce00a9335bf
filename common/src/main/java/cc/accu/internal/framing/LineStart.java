package cc.accu.internal.framing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * The start of a line that the network cut, short enough to be put in front of what is read next, so that the line is
 * whole again where the others are. Event-loop confined.
 */
final class LineStart {
    private static final int MOST_BYTES = 4 * 1024;
    private static final byte[] NONE = {};

    /** Longer than what it holds, where one read after another is cut. */
    private byte[] bytes = NONE;

    private int length;

    int length() {
        return length;
    }

    /** Memory that it takes, in bytes. */
    int heldBytes() {
        return bytes.length;
    }

    /** What it holds, as long as it holds that. */
    ByteBuf asBuffer() {
        return Unpooled.wrappedBuffer(bytes, 0, length);
    }

    /** Reads all of {@code in}, if that is not too much; says whether it did. */
    boolean take(ByteBuf in) {
        int all = in.readableBytes();
        if (all > MOST_BYTES) {
            return false;
        }
        if (bytes.length < all) {
            bytes = new byte[all];
        }
        in.readBytes(bytes, 0, all);
        length = all;
        return true;
    }

    /** Puts the start in front of {@code in}, if there is room before what it has to read; says whether it did. */
    boolean putBefore(ByteBuf in) {
        int from = in.readerIndex() - length;
        if (from < 0) {
            return false;
        }
        in.readerIndex(from).setBytes(from, bytes, 0, length);
        length = 0;
        return true;
    }

    /** Gives the start away, in a buffer that is the caller's. */
    ByteBuf give(ByteBufAllocator allocator) {
        ByteBuf given = allocator.buffer(length).writeBytes(bytes, 0, length);
        length = 0;
        return given;
    }

    /** Everything is read for now: keeps no memory but for a start that is held. */
    void trim() {
        if (length == 0) {
            bytes = NONE;
        }
    }
}
