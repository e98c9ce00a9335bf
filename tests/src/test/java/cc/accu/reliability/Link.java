package cc.accu.reliability;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One connection through the proxy: a thread for each direction. */
final class Link {
    private static final int BLOCK = 64 * 1024;

    private final SocketChannel sender;
    private final SocketChannel server;
    private final Cut cut;
    private final Consumer<Cut> wasCut;
    private final AtomicBoolean cutting = new AtomicBoolean();
    private final AtomicInteger directionsEnded = new AtomicInteger();

    Link(SocketChannel sender, SocketChannel server, Cut cut, Consumer<Cut> wasCut) {
        this.sender = sender;
        this.server = server;
        this.cut = cut;
        this.wasCut = wasCut;
    }

    void toServer() {
        pump(sender, server, cut.atByteToServer());
    }

    void toSender() {
        pump(server, sender, cut.atByteToSender());
    }

    private void pump(SocketChannel from, SocketChannel to, long most) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        long moved = 0;
        try {
            while (moved < most) {
                block.clear().limit((int) Math.min(BLOCK, most - moved));
                int n = from.read(block);
                if (n < 0) {
                    ended(to);
                    return;
                }
                block.flip();
                while (block.hasRemaining() && !cutting.get()) {
                    moved += to.write(block);
                }
            }
            cut();
        } catch (IOException ended) {
            // One side is gone: so is the other.
            closeQuietly(sender);
            closeQuietly(server);
        }
    }

    /** A half-close passes through; the second one closes. */
    private void ended(SocketChannel to) throws IOException {
        to.shutdownOutput();
        if (directionsEnded.incrementAndGet() == 2) {
            closeQuietly(sender);
            closeQuietly(server);
        }
    }

    private void cut() throws IOException {
        if (!cutting.compareAndSet(false, true)) {
            return;
        }
        wasCut.accept(cut);
        if (cut.kind() == Cut.Kind.BLACK_HOLE) {
            hold();
        }
        if (cut.kind() != Cut.Kind.FIN) {
            reset(sender);
            reset(server);
        }
        // The sender first: it must not hear of a line of which the server has been given a part only.
        closeQuietly(sender);
        closeQuietly(server);
    }

    private void hold() {
        try {
            Thread.sleep(cut.holdMillis());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    static void reset(SocketChannel socket) throws IOException {
        if (socket.getRemoteAddress() instanceof InetSocketAddress) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    static void closeQuietly(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // That is all that was wanted.
        }
    }
}
