package cc.accu.transport;

import cc.accu.internal.text.TypedText;
import java.util.ArrayList;
import java.util.List;

/**
 * An address to listen on or to connect to: a network and an address, as in Go's {@code net.Listen} and
 * {@code net.Dial}, or a URL. An address and nothing else: what a listener is told beside it are its options. What an
 * endpoint prints, it parses.
 */
public sealed interface Endpoint {

    /**
     * Reads {@code tcp :3000}, {@code unix /var/run/accu.sock}, or their URL forms {@code tcp://:3000} and
     * {@code unix:///var/run/accu.sock}. A URL with options is refused: they are for listeners.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    static Endpoint parse(String text) {
        return EndpointSyntax.parse(text.strip());
    }

    /**
     * Reads a network and an address that were typed as two words.
     *
     * @throws IllegalArgumentException with a message for the person who typed them
     */
    static Endpoint parse(String network, String address) {
        return EndpointSyntax.parse(network, address);
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
                endpoints.add(parse(word, address));
            }
        }
        return List.copyOf(endpoints);
    }

    /** Whether TLS is spoken there. */
    default boolean isTls() {
        return false;
    }

    /** What is spoken over IP, and over which version of it; by its name, as in Go, with TLS as one more. */
    enum Network {
        TCP("tcp"),
        TCP4("tcp4"),
        TCP6("tcp6"),
        /** TCP of either version, with TLS on it. */
        TLS("tls");

        private final String text;

        Network(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * A TCP address.
     *
     * @param network which addresses the host may have, and whether there is TLS on it
     * @param host a name or an address without brackets; empty for every interface (to connect: localhost)
     * @param port 0 for any free port
     */
    record Tcp(Network network, String host, int port) implements Endpoint {
        public Tcp {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException(network + " port out of range 0..65535: " + port);
            }
        }

        /** The same host with another port: the real one, once bound. */
        public Tcp withPort(int bound) {
            return new Tcp(network, host, bound);
        }

        /** Whether this stands for every interface of the machine. */
        public boolean isEveryInterface() {
            return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
        }

        @Override
        public boolean isTls() {
            return network == Network.TLS;
        }

        @Override
        public String toString() {
            return network + " " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A Unix domain stream socket.
     *
     * @param path a file's path, or {@code @name} for a Linux abstract socket
     */
    record Unix(String path) implements Endpoint {
        /** The longest path that every system takes: {@code sun_path} has 108 bytes on Linux with a final NUL. */
        static final int MOST_PATH_BYTES = 107;

        public Unix {
            int length = TypedText.bytes(path).length;
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
            TypedText.checkSocketPath(path, !path.startsWith("@"));
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
