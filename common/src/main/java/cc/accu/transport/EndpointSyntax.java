package cc.accu.transport;

import cc.accu.internal.text.TypedText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The written forms of an {@link Endpoint}. */
final class EndpointSyntax {
    private static final String EXAMPLES = "for example tcp :3000 or unix /var/run/accu.sock";
    private static final List<String> NETWORKS = List.of("tcp", "tcp4", "tcp6", "tls", "unix");
    private static final String NETWORK_FIRST = "the network comes first, and is one of " + String.join(", ", NETWORKS);
    private static final Pattern PORT_OF_A_HOST = Pattern.compile("[^/@]*:\\d{1,5}");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");
    private static final Pattern UNPRINTABLE_IN_URL = Pattern.compile("[^A-Za-z0-9/._~@:,+=-]");

    private EndpointSyntax() {}

    /** Whether a word of a command line is an endpoint by itself. */
    static boolean isWhole(String word) {
        return word.contains("://") || word.contains(" ");
    }

    /** Whether it is the first word of an endpoint, or meant to be. */
    static boolean isNetwork(String word) {
        String network = word.split("://| ", 2)[0];
        return NETWORKS.contains(network) || isMeant(network);
    }

    static Endpoint parse(String text) {
        int scheme = text.indexOf("://");
        int space = text.indexOf(' ');
        if (scheme >= 0 && (space < 0 || scheme < space)) {
            return parseUrl(text.substring(0, scheme), text.substring(scheme + 3));
        }
        return space < 0
                ? parse(text, "")
                : parse(text.substring(0, space), text.substring(space + 1).strip());
    }

    static Endpoint parse(String network, String address) {
        checkNetwork(network);
        if (address.isEmpty()) {
            throw new IllegalArgumentException("missing address after '" + network + "'; " + EXAMPLES);
        }
        checkNoOptions(network, address);
        return network.equals("unix") ? unixAt(address) : parseTcp(network, address);
    }

    /** What follows a question mark is meant as options, which only a URL has. */
    private static void checkNoOptions(String network, String address) {
        int question = address.indexOf('?');
        if (question < 0) {
            return;
        }
        String path = address.substring(0, question);
        String url = network + "://" + (network.equals("unix") ? escape(urlPath(path)) : path);
        String options = address.substring(question + 1);
        String literally = network.equals("unix")
                ? "; a path that has a question mark is written " + url + "%3F" + escape(options)
                : "";
        throw new IllegalArgumentException("'" + network + " " + address + "': options go with a URL, in one word: "
                + url + "?" + options + literally);
    }

    private static Endpoint unixAt(String path) {
        if (looksLikePort(path)) {
            throw new IllegalArgumentException("'" + path + "' looks like a port: did you mean tcp " + path
                    + "? A socket file of that name is unix ./" + path);
        }
        checkHome("unix " + path, path);
        return new Endpoint.Unix(path);
    }

    private static void checkHome(String typed, String path) {
        if (path.equals("~") || path.startsWith("~/")) {
            throw new IllegalArgumentException(
                    "'" + typed + "': ~ is your home directory only for the shell, where it is"
                            + " the beginning of a word outside quotes; write unix \"$HOME" + path.substring(1)
                            + "\", or unix ./" + path + " if that is its name");
        }
    }

    private static Endpoint parseUrl(String network, String address) {
        checkNetwork(network);
        int question = address.indexOf('?');
        if (question >= 0) {
            throw new IllegalArgumentException("'" + address.substring(question)
                    + "' is for a server that listens; to connect, write " + network + "://"
                    + address.substring(0, question));
        }
        if (address.isEmpty()) {
            throw new IllegalArgumentException("missing address after '" + network + "://'; " + EXAMPLES);
        }
        if (network.equals("unix")) {
            return new Endpoint.Unix(pathIn(address));
        }
        return parseTcp(network, address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
    }

    /** Two slashes begin a host in a URL, and a socket has none: so no path may look like one. */
    private static String pathIn(String address) {
        checkHome("unix://" + address, address);
        if (address.startsWith("./")) {
            return TypedText.percentDecoded(address.substring(2));
        }
        if (!address.startsWith("/") && !address.startsWith("@")) {
            throw new IllegalArgumentException(
                    "'unix://" + address + "' has two slashes, and what follows them is a host;" + " write unix:///"
                            + address + ", or unix " + address + " for a path in the working directory");
        }
        return TypedText.percentDecoded(address);
    }

    private static String urlPath(String path) {
        return path.startsWith("/") || path.startsWith("@") ? path : "./" + path;
    }

    private static Endpoint parseTcp(String network, String address) {
        int colon = address.lastIndexOf(':');
        if (address.startsWith("/") || address.startsWith("./")) {
            throw new IllegalArgumentException("'" + address + "' is a path, not a " + network + " address; "
                    + (network.equals("tls")
                            ? "there is no TLS over unix sockets: the file's permissions say who may connect, and nothing leaves"
                                    + " the machine; use unix " + address
                            : "did you mean unix " + address + "?"));
        }
        if (colon < 0 || address.endsWith("]")) {
            String meant = address.matches("\\d{1,5}") ? "did you mean " + network + " :" + address + "? " : "";
            throw new IllegalArgumentException("missing port in '" + address + "'; " + meant + "a " + network
                    + " address is HOST:PORT or :PORT, for example 127.0.0.1:3000");
        }
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException(
                    "too many colons in '" + address + "'; an IPv6 address goes in brackets, for example [::1]:3000");
        }
        // Of a character that is not seen, and may be stripped, nobody can say whether it is there.
        if (!host.matches("[^\\s\\p{C}\\p{Z}/?#\\[\\]]*")) {
            throw new IllegalArgumentException("'" + host + "' is not a host name or address");
        }
        return new Endpoint.Tcp(networkOf(network), host, parsePort(address.substring(colon + 1), address));
    }

    private static Endpoint.Network networkOf(String network) {
        for (Endpoint.Network known : Endpoint.Network.values()) {
            if (known.toString().equals(network)) {
                return known;
            }
        }
        throw new IllegalArgumentException("not a tcp network: " + network);
    }

    private static int parsePort(String digits, String address) {
        if (!digits.matches("\\d{1,5}") || Integer.parseInt(digits) > 65535) {
            throw new IllegalArgumentException(
                    "port '" + digits + "' in '" + address + "' is not a number from 0 to 65535");
        }
        return Integer.parseInt(digits);
    }

    private static void checkNetwork(String network) {
        if (NETWORKS.contains(network)) {
            return;
        }
        throw new IllegalArgumentException(
                "unknown network '" + network + "'; " + adviceFor(network) + " (" + EXAMPLES + ")");
    }

    static String print(Endpoint.Unix unix) {
        return isPlain(unix.path()) ? "unix " + unix.path() : "unix://" + escape(urlPath(unix.path()));
    }

    /** Whether the form of two words, which a space parts, has the path as it is. */
    private static boolean isPlain(String path) {
        return path.equals(path.strip())
                && path.chars().noneMatch(Character::isISOControl)
                && path.indexOf('?') < 0
                && !path.equals("~")
                && !path.startsWith("~/")
                && !looksLikePort(path);
    }

    private static String escape(String text) {
        return UNPRINTABLE_IN_URL.matcher(text).replaceAll(found -> {
            StringBuilder escaped = new StringBuilder();
            for (byte value : found.group().getBytes(StandardCharsets.UTF_8)) {
                escaped.append(String.format("%%%02X", value));
            }
            return escaped.toString();
        });
    }

    /** Whether it looks like the address of a port: {@code :3000}. */
    private static boolean looksLikePort(String word) {
        return PORT_OF_A_HOST.matcher(word).matches();
    }

    /** What to write in place of a word that stands where a network should. */
    private static String adviceFor(String word) {
        return switch (word) {
            case "udp", "udp4", "udp6", "unixgram" -> "accu takes streams, not datagrams: use tcp or unix";
            case "unixpacket" -> "accu takes streams: use unix";
            case "ssl" -> "did you mean tls?";
            case "tls+unix", "unix+tls" ->
                "there is no TLS over unix sockets: the file's permissions say who may connect; use unix";
            default -> nearest(word);
        };
    }

    /** Whether an address was meant to begin with the word. */
    private static boolean isMeant(String word) {
        return !adviceFor(word).equals(NETWORK_FIRST);
    }

    private static String nearest(String word) {
        int colon = word.indexOf(':');
        if (colon > 0 && NETWORKS.contains(word.substring(0, colon))) {
            return didYouMean(word.substring(0, colon), word.substring(colon + 1));
        }
        if (looksLikePort(word) || NUMBER.matcher(word).matches()) {
            return didYouMean("tcp", word);
        }
        if (word.startsWith("/") || word.startsWith("./") || word.startsWith("../")) {
            return didYouMean("unix", word);
        }
        return TypedText.nearest(word, NETWORKS)
                .map(near -> "did you mean " + near + "?")
                .orElse(NETWORK_FIRST);
    }

    private static String didYouMean(String network, String address) {
        boolean port = NUMBER.matcher(address).matches() && !network.equals("unix");
        return "did you mean " + network + " " + (port ? ":" : "") + address + "?";
    }
}
