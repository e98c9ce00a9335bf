package cc.accu.e2e;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Many who abuse a server at the same time, on one thread of their own. */
final class Crowd implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<SocketChannel> sockets = new ArrayList<>();
    private final List<Abuse.Abuser> abusers = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "crowd");
    private volatile boolean closed;

    private Crowd() {}

    /** So many, who do one thing or the other in turn. */
    static Crowd of(Endpoint.Tcp server, int count, Abuse... kinds) throws IOException {
        Crowd crowd = new Crowd();
        for (int i = 0; i < count; i++) {
            SocketChannel socket = SocketChannel.open(new InetSocketAddress(server.host(), server.port()));
            socket.configureBlocking(false);
            crowd.sockets.add(socket);
            crowd.abusers.add(kinds[i % kinds.length].on(socket));
        }
        crowd.thread.setDaemon(true);
        crowd.thread.start();
        return crowd;
    }

    private void run() {
        while (!closed) {
            abusers.forEach(Abuse.Abuser::goesOn);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** All break off. */
    @Override
    public void close() throws IOException, InterruptedException {
        closed = true;
        thread.join();
        for (SocketChannel socket : sockets) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
        }
    }
}
