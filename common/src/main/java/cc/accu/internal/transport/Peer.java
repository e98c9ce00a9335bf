package cc.accu.internal.transport;

import java.util.Optional;

/**
 * Who is at the other end of an accepted connection.
 *
 * @param name in one word, for example {@code 127.0.0.1:51234} or {@code pid=4242,uid=1000}
 * @param credentials who opened it, where the system tells: Unix domain sockets
 */
public record Peer(String name, Optional<Credentials> credentials) {

    /** A process and the user it ran as when it connected. */
    public record Credentials(int pid, int uid, int gid) {}
}
