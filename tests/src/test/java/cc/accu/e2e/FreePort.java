package cc.accu.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** A port of 127.0.0.1 for a server that is to be found again, or that cannot say which one it has. */
public final class FreePort {
    // Below the ports that the system gives to outgoing connections: others take none of these by chance, and a sender
    // that knocks at one while no server is there cannot be connected to itself.
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000;

    private FreePort() {}

    /** One that nobody listens on now. */
    public static int find() {
        Random random = new Random();
        while (true) {
            int port = FIRST + random.nextInt(COUNT);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException taken) {
                // Try another.
            }
        }
    }
}
