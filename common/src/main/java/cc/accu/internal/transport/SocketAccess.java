package cc.accu.internal.transport;

import java.util.Optional;

/**
 * Who may connect to a Unix domain socket, by the permissions of its file.
 *
 * @param mode permissions, for example {@code 0660}
 * @param group the group, by name or number; empty to leave it as it is
 */
public record SocketAccess(int mode, Optional<String> group) {
    /** Whoever shares the group may connect, and the group is the server's. */
    public static final SocketAccess DEFAULT = new SocketAccess(0660, Optional.empty());

    public SocketAccess {
        if (mode < 0 || mode > 0777) {
            throw new IllegalArgumentException(
                    "mode out of range 0..0777: 0" + Integer.toOctalString(mode) + "; for example mode=0660");
        }
        if (group.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("group needs a name or number, for example group=adm");
        }
    }
}
