package cc.accu.server.internal.format;

import cc.accu.internal.framing.ByteSearch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * Goes over lines in a buffer, one after another, and shows each in an array: that is where searching and copying are
 * cheap. A piece of the buffer is copied at a time, so that it is in the processor's nearest cache when its lines are
 * looked at. One thread.
 */
public final class LineCursor {
    private static final int PIECE_BYTES = 16 * 1024;

    private final byte[] piece = new byte[PIECE_BYTES];
    private ByteBuf lines = Unpooled.EMPTY_BUFFER;
    private int nextPiece;
    private int filled;

    /** Holds the line, from {@link #start} to before {@link #end}, where its LF is. */
    byte[] bytes = piece;

    int start;
    int end;

    /** Goes before the first of {@code wholeLines}, which are neither changed nor released. */
    public void open(ByteBuf wholeLines) {
        lines = wholeLines;
        nextPiece = wholeLines.readerIndex();
        filled = 0;
        end = -1;
    }

    /** Goes to the next line; false behind the last. */
    public boolean next() {
        start = end + 1;
        end = ByteSearch.indexOfFeed(bytes, start, filled);
        return end < filled || fill();
    }

    /** How long the current line is, without its LF. */
    public int bytes() {
        return end - start;
    }

    /** The current line, without its LF, as an array of its own. */
    public byte[] copy() {
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** Forgets the lines; says how many bytes those have up to here, the current one included. */
    public int close() {
        int passed = nextPiece - filled + end + 1 - lines.readerIndex();
        lines = Unpooled.EMPTY_BUFFER;
        return passed;
    }

    private boolean fill() {
        nextPiece -= filled - start; // the line began in this piece, and is to be whole in the next
        filled = Math.min(PIECE_BYTES, lines.writerIndex() - nextPiece);
        bytes = piece;
        start = 0;
        if (filled == 0) {
            end = -1;
            return false;
        }
        lines.getBytes(nextPiece, piece, 0, filled);
        end = ByteSearch.indexOfFeed(piece, 0, filled);
        if (end == filled) {
            fillWithLongLine();
        }
        nextPiece += filled;
        return true;
    }

    private void fillWithLongLine() {
        end = lines.indexOf(nextPiece + filled, lines.writerIndex(), (byte) '\n') - nextPiece;
        filled = end + 1;
        bytes = new byte[filled];
        lines.getBytes(nextPiece, bytes);
    }
}
