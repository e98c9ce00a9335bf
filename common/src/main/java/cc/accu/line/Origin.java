package cc.accu.line;

import java.util.Optional;

/**
 * Where lines come from.
 *
 * @param listener the endpoint that accepted the connection, as it prints
 * @param peer the sender, for example {@code 127.0.0.1:51234} or {@code pid=4242,uid=1000}; never holds a space
 * @param credentials who is at the other end of a Unix domain socket, where the system tells
 */
public record Origin(String listener, String peer, Optional<Credentials> credentials) {

    /** The process that opened the other end, as it was when it connected. */
    public record Credentials(int pid, int uid, int gid) {}

    /** An origin without a known process. */
    public static Origin of(String listener, String peer) {
        return new Origin(listener, peer, Optional.empty());
    }
}
