package cc.accu.internal.cli;

import cc.accu.transport.Endpoint;

/** What {@code --admin} takes, and so whoever looks at a server. */
public final class AdminAddress {
    private static final String UNIX = "unix:";
    private static final String LOOPBACK = "127.0.0.1";

    private AdminAddress() {}

    /**
     * Reads {@code 127.0.0.1:9090}, {@code unix:/run/accu/admin.sock}, or a port alone, which is one of this machine, for
     * itself.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    public static Endpoint parse(String text) {
        if (text.startsWith(UNIX)) {
            if (text.contains("?")) {
                throw new IllegalArgumentException("it has no options; permissions are --admin-mode");
            }
            return text.startsWith(UNIX + "//")
                    ? Endpoint.parse(text)
                    : Endpoint.parse("unix", text.substring(UNIX.length()));
        }
        String address = text.matches("\\d+") ? ":" + text : text;
        return Endpoint.parse("tcp", address.startsWith(":") ? LOOPBACK + address : address);
    }

    /** As it is in a URL, and in the head of a request. */
    public static String hostAndPort(Endpoint.Tcp address) {
        return address.toString().substring((address.network() + " ").length());
    }
}
