package cc.accu.transport;

import cc.accu.console.Nearest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The written forms of an {@link Endpoint}. */
final class EndpointSyntax {
    private static final String EXAMPLES = "for example tcp :3000 or unix /var/run/accu.sock";
    private static final List<String> NETWORKS = List.of("tcp", "tcp4", "tcp6", "unix");
    private static final Pattern UNPRINTABLE_IN_URL = Pattern.compile("[^A-Za-z0-9/._~@:,+=-]");

    private EndpointSyntax() {}

    /** Whether a word of a command line is an endpoint by itself. */
    static boolean isWhole(String word) {
        return word.contains("://") || word.contains(" ");
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
        return network.equals("unix") ? Endpoint.Unix.at(address) : parseTcp(network, address);
    }

    private static Endpoint parseUrl(String network, String rest) {
        checkNetwork(network);
        int question = rest.indexOf('?');
        String address = question < 0 ? rest : rest.substring(0, question);
        String query = question < 0 ? "" : rest.substring(question + 1);
        if (address.isEmpty()) {
            throw new IllegalArgumentException("missing address after '" + network + "://'; " + EXAMPLES);
        }
        if (!network.equals("unix")) {
            if (!query.isEmpty()) {
                throw new IllegalArgumentException(network + " has no options, but '" + query + "' was given");
            }
            return parseTcp(network, address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
        }
        return parseUnix(unescape(address), query);
    }

    private static Endpoint parseUnix(String path, String query) {
        int mode = Endpoint.Unix.DEFAULT_MODE;
        Optional<String> group = Optional.empty();
        for (String option : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = option.indexOf('=');
            String value = equals < 0 ? "" : unescape(option.substring(equals + 1));
            switch (equals < 0 ? option : option.substring(0, equals)) {
                case "mode" -> mode = parseMode(value);
                case "group" -> group = Optional.of(parseGroup(value));
                default ->
                    throw new IllegalArgumentException(
                            "unknown option '" + option + "' of a unix endpoint; it has mode=0660 and group=NAME");
            }
        }
        return new Endpoint.Unix(path, mode, group);
    }

    private static String parseGroup(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("group needs a name or number, for example group=adm");
        }
        return name;
    }

    private static int parseMode(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(
                    "mode is three octal digits, for example mode=0660, not '" + octal + "'");
        }
        return Integer.parseInt(octal, 8);
    }

    private static Endpoint parseTcp(String network, String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.endsWith("]")) {
            throw new IllegalArgumentException("missing port in '" + address
                    + "'; a tcp address is HOST:PORT or :PORT, for example 127.0.0.1:3000");
        }
        String host = address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException(
                    "too many colons in '" + address + "'; an IPv6 address goes in brackets, for example [::1]:3000");
        }
        if (!host.matches("[^\\s/?#\\[\\]]*")) {
            throw new IllegalArgumentException("'" + host + "' is not a host name or address");
        }
        return new Endpoint.Tcp(familyOf(network), host, parsePort(address.substring(colon + 1), address));
    }

    private static Endpoint.Family familyOf(String network) {
        for (Endpoint.Family family : Endpoint.Family.values()) {
            if (family.toString().equals(network)) {
                return family;
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
        String suggestion = switch (network) {
            case "udp", "udp4", "udp6", "unixgram" -> "accu takes streams, not datagrams: use tcp or unix";
            case "unixpacket" -> "accu takes streams: use unix";
            default ->
                Nearest.to(network, NETWORKS)
                        .map(near -> "did you mean " + near + "?")
                        .orElse("it is one of " + String.join(", ", NETWORKS));
        };
        throw new IllegalArgumentException("unknown network '" + network + "'; " + suggestion + " (" + EXAMPLES + ")");
    }

    static String print(Endpoint.Unix unix) {
        boolean plain =
                unix.mode() == Endpoint.Unix.DEFAULT_MODE && unix.group().isEmpty();
        if (plain && unix.path().equals(unix.path().strip())) {
            return "unix " + unix.path();
        }
        String options = unix.mode() == Endpoint.Unix.DEFAULT_MODE ? "" : String.format("&mode=%04o", unix.mode());
        options += unix.group().map(name -> "&group=" + escape(name)).orElse("");
        return "unix://" + escape(unix.path()) + (options.isEmpty() ? "" : "?" + options.substring(1));
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

    private static String unescape(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("'" + text + "' has a % that two hex digits do not follow", malformed);
        }
    }
}
