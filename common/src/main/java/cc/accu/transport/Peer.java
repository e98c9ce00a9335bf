package cc.accu.transport;

import java.util.Optional;

/**
 * Who is at the other end of an accepted connection.
 *
 * @param name in one word, for example {@code 127.0.0.1:51234} or {@code pid=4242,uid=1000}
 * @param process who opened it, where the system tells: Unix domain sockets
 */
public record Peer(String name, Optional<Process> process) {

    /** A process and the user it ran as when it connected. */
    public record Process(int pid, int uid, int gid) {}
}
