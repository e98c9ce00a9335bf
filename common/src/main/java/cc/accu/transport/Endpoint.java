package cc.accu.transport;

import cc.accu.internal.cli.Arguments;
import cc.accu.internal.cli.TypedPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An address to listen on or to connect to: a network and an address, as in Go's {@code net.Listen} and
 * {@code net.Dial}, or a URL with options. What an endpoint prints, it parses.
 */
public sealed interface Endpoint {

    /**
     * Reads {@code tcp :3000}, {@code unix /var/run/accu.sock}, or their URL forms {@code tcp://:3000} and
     * {@code unix:///var/run/accu.sock?mode=0660}.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    static Endpoint parse(String text) {
        return EndpointSyntax.parse(text.strip());
    }

    /**
     * Reads the same for a client: a URL then has no options, which belong to listeners.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    static Endpoint parseTarget(String text) {
        return EndpointSyntax.parseTarget(text.strip());
    }

    /** Whether this word of a command line is meant to be an endpoint by itself: a URL, or both parts in quotes. */
    static boolean isWhole(String word) {
        return EndpointSyntax.isWhole(word);
    }

    /** Whether an endpoint begins with this word of a command line, or was meant to. */
    static boolean begins(String word) {
        return EndpointSyntax.isNetwork(word);
    }

    /**
     * Reads the words of a command line: pairs of network and address, or single words in URL form.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    static List<Endpoint> parseAll(List<String> words) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            if (EndpointSyntax.isWhole(word)) {
                endpoints.add(parse(word));
            } else {
                String address = at + 1 < words.size() ? words.get(++at) : "";
                endpoints.add(EndpointSyntax.parse(word, address));
            }
        }
        return List.copyOf(endpoints);
    }

    /** The address family of a TCP endpoint. */
    enum Family {
        ANY("tcp"),
        IPV4("tcp4"),
        IPV6("tcp6");

        private final String network;

        Family(String network) {
            this.network = network;
        }

        @Override
        public String toString() {
            return network;
        }
    }

    /**
     * A TCP address.
     *
     * @param family which addresses the host may have
     * @param host a name or an address without brackets; empty for every interface (to connect: localhost)
     * @param port 0 for any free port
     */
    record Tcp(Family family, String host, int port) implements Endpoint {
        public Tcp {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("tcp port out of range 0..65535: " + port);
            }
        }

        /** The same host with another port: the real one, once bound. */
        public Tcp withPort(int bound) {
            return new Tcp(family, host, bound);
        }

        /** Whether this stands for every interface of the machine. */
        public boolean isEveryInterface() {
            return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
        }

        @Override
        public String toString() {
            return family + " " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A Unix domain stream socket.
     *
     * @param path a file's path, or {@code @name} for a Linux abstract socket
     * @param mode permissions of the socket file of a listener, for example {@code 0660}
     * @param group the group of the socket file, by name or number; empty to leave it as it is
     */
    record Unix(String path, int mode, Optional<String> group) implements Endpoint {
        /** The longest path that every system takes: {@code sun_path} has 108 bytes on Linux with a final NUL. */
        static final int MOST_PATH_BYTES = 107;

        /** Whoever shares the group may connect. */
        public static final int DEFAULT_MODE = 0660;

        public Unix {
            int length = Arguments.bytes(path).length;
            if (path.isEmpty() || path.equals("@")) {
                throw new IllegalArgumentException("unix endpoint needs a path, for example unix /var/run/accu.sock");
            }
            if (length > MOST_PATH_BYTES) {
                throw new IllegalArgumentException("unix path is too long: " + length + " bytes, the most is "
                        + MOST_PATH_BYTES + "; choose a shorter directory: " + path);
            }
            if (path.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("unix path must not hold a NUL character");
            }
            TypedPath.checkSocket(path, !path.startsWith("@"));
            if (mode < 0 || mode > 0777) {
                throw new IllegalArgumentException(
                        "mode out of range 0..0777: 0" + Integer.toOctalString(mode) + "; for example mode=0660");
            }
            if (path.startsWith("@") && (mode != DEFAULT_MODE || group.isPresent())) {
                throw new IllegalArgumentException(
                        "an abstract socket has no file: mode and group cannot be set for unix " + path);
            }
        }

        /** The socket at {@code path}, with the default mode and group. */
        public static Unix at(String path) {
            return new Unix(path, DEFAULT_MODE, Optional.empty());
        }

        /** Whether this is a Linux abstract socket: no file, no permissions. */
        public boolean isAbstract() {
            return path.startsWith("@");
        }

        @Override
        public String toString() {
            return EndpointSyntax.print(this);
        }
    }
}
