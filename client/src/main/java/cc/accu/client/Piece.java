package cc.accu.client;

import io.netty.buffer.ByteBuf;

/**
 * Whole lines to be written.
 *
 * @param lines a reference for the channel, which releases it
 * @param chunk where they are kept
 * @param start all that was sent before them
 * @param end all that was sent up to their end
 */
record Piece(ByteBuf lines, KeptChunk chunk, Tally start, Tally end) {
    int bytes() {
        return (int) (end.bytes() - start.bytes());
    }
}
