package cc.accu.server.cli;

import cc.accu.internal.cli.Option;
import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.server.LineServer;
import cc.accu.server.ListenOptions;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What a listener can be told: all of them by an option of the command, as {@code --max-line 64KiB}, or one in its URL, as
 * {@code tcp://:3000?max-line=64KiB}. This is the one table: it parses both forms, and makes their errors and their help.
 * A table of functions would be shorter, but each of them is linked at every start, used or not.
 *
 * <p>As a function it is its own check: it gives back the text that it can read, and throws an IllegalArgumentException with
 * a message for the person who typed any other.
 */
enum ListenerOption implements UnaryOperator<String> {
    MAX_LINE("max-line SIZE", "longest line (default: 1MiB)"),
    LONG_LINE("long-line POLICY", "longer lines: split, skip or close (default: split)"),
    READ_TIMEOUT("read-timeout TIME", "close a connection without a byte for that long; 0 for never (default: 0)"),
    LINE_TIMEOUT(
            "line-timeout TIME",
            "close a connection whose line is not finished in that time; 0 for never (default: 0)"),
    HANDSHAKE_TIMEOUT(
            "handshake-timeout TIME",
            "close a connection of which it is not known in that time who is there; 0 for never (default: 10s)"),
    UNFINISHED_TIMEOUT(
            "unfinished-timeout TIME",
            "how long lines that do not end may fill the buffer, before the one that was silent longest is ended;"
                    + " 0 for ever (default: 10s)"),
    MAX_CONNECTIONS(
            "max-connections N", "more are closed at once (default: what the limits on open files and memory allow)"),
    MAX_CONNECTIONS_PER_PEER(
            "max-connections-per-peer N", "more of one address, or user, are closed at once (default: no limit)"),
    MAX_LINES_PER_SECOND(
            "max-lines-per-second N", "faster connections are held, and nothing is dropped (default: no limit)"),
    MAX_BYTES_PER_SECOND("max-bytes-per-second SIZE", "the same in bytes (default: no limit)"),
    MAX_LINES_PER_SECOND_PER_PEER(
            "max-lines-per-second-per-peer N",
            "the same for all connections of one address, or user (default: no limit)"),
    MAX_BYTES_PER_SECOND_PER_PEER("max-bytes-per-second-per-peer SIZE", "the same in bytes (default: no limit)"),
    MAX_AGE("max-age TIME", "end older connections between two lines; 0 for never (default: 0)"),
    ACKS("acks on|off", "whether senders that start with accu/1 are told what is stored (default: on)"),
    MODE("mode OCTAL", "permissions of a unix socket's file (default: 0660)"),
    GROUP("group NAME", "group of a unix socket's file, by name or number"),
    ALLOW("allow CIDR,...", "networks and addresses that may send over TCP, and no others (default: everybody may)"),
    DENY("deny CIDR,...", "networks and addresses that may not send over TCP, even if --allow names them"),
    ALLOW_USER(
            "allow-user NAME,...",
            "users that may send over unix sockets, by name or number, and no others but those of --allow-group"),
    ALLOW_GROUP("allow-group NAME,...", "groups that may send over unix sockets; as --allow-user"),
    PROXY_FROM(
            "proxy-from CIDR,...",
            "load balancers that connect over TCP, and no others; the PROXY header of each connection says who sends"),
    TLS_CERT("tls-cert FILE", "certificate of a tls listener, PEM with those that lead to its authority, or PKCS#12"),
    TLS_KEY("tls-key FILE", "its key, PEM (default: it is in the file of the certificate)"),
    TLS_PASSWORD("tls-password FILE", "file with the password of the key"),
    TLS_CLIENT_CA("tls-client-ca FILE", "authorities, PEM: senders have to show a certificate of one of them"),
    TLS_CRL("tls-crl FILE", "what those authorities have revoked, as CRLs, PEM or DER: is refused"),
    TLS_ALLOW("tls-allow SUBJECT", "whom their certificates have to name, as in CN=device-*,O=Acme; others after ;");

    /** What is about lines and their acknowledgements. */
    static final Set<ListenerOption> OF_LINES = EnumSet.of(MAX_LINE, LONG_LINE, ACKS);

    /** How long and how much senders may. */
    static final Set<ListenerOption> LIMITS = EnumSet.range(READ_TIMEOUT, MAX_AGE);

    /** Who may send. */
    static final Set<ListenerOption> OF_SENDERS = EnumSet.range(MODE, PROXY_FROM);

    /** Of listeners that speak TLS. */
    static final Set<ListenerOption> OF_TLS = EnumSet.range(TLS_CERT, TLS_ALLOW);

    private static final ListenOptions ANY_UNIX = ListenOptions.of(new Endpoint.Unix("/any"));
    private static final ListenOptions ANY_TCP = ListenOptions.of(new Endpoint.Tcp(Endpoint.Network.TCP, "", 0));
    private static final ListenOptions ANY_TLS = ListenOptions.of(new Endpoint.Tcp(Endpoint.Network.TLS, "", 0));
    private static final List<ListenOptions> ANY = List.of(ANY_UNIX, ANY_TCP, ANY_TLS);

    private final String form;
    private final String description;

    ListenerOption(String form, String description) {
        this.form = form;
        this.description = description;
    }

    /** Whether senders that ask for acknowledgements get them. */
    private enum Acks {
        ON,
        OFF
    }

    /** Its name in a URL; the option of the command has two dashes before it. */
    String typedName() {
        return form.substring(0, form.indexOf(' '));
    }

    /** The option of the command, whose value is the text that was typed. */
    Option<String> forAll() {
        return Option.of("--" + form, description, this);
    }

    @Override
    public String apply(String text) {
        tell(ANY.stream().filter(this::concerns).findFirst().orElse(ANY_UNIX), text);
        return text;
    }

    /** The listener that is told so. Throws an IllegalArgumentException with a message for the person who typed it. */
    ListenOptions tell(ListenOptions listener, String text) {
        LineFraming framing = listener.framing();
        return switch (this) {
            case MAX_LINE -> listener.framing(framing.withMaxLine(maxLine(text)));
            case LONG_LINE -> listener.framing(framing.withLongLine(Option.choice(LongLine.class, text)));
            case READ_TIMEOUT -> listener.framing(framing.withReadTimeout(Quantities.duration(text)));
            case LINE_TIMEOUT -> listener.framing(framing.withLineTimeout(Quantities.duration(text)));
            case HANDSHAKE_TIMEOUT -> listener.handshakeTimeout(Quantities.duration(text));
            case UNFINISHED_TIMEOUT -> listener.unfinishedTimeout(Quantities.duration(text));
            case MAX_CONNECTIONS -> listener.maxConnections(connections(text));
            case MAX_CONNECTIONS_PER_PEER -> listener.maxConnectionsPerPeer(connections(text));
            case MAX_LINES_PER_SECOND -> listener.rate(listener.rate().withLines(Quantities.count(text)));
            case MAX_BYTES_PER_SECOND -> listener.rate(listener.rate().withBytes(Quantities.bytes(text)));
            case MAX_LINES_PER_SECOND_PER_PEER ->
                listener.peerRate(listener.peerRate().withLines(Quantities.count(text)));
            case MAX_BYTES_PER_SECOND_PER_PEER ->
                listener.peerRate(listener.peerRate().withBytes(Quantities.bytes(text)));
            case MAX_AGE -> listener.maxAge(Quantities.duration(text));
            case ACKS -> listener.acknowledging(Option.choice(Acks.class, text) == Acks.ON);
            case MODE -> listener.socketMode(mode(text));
            case GROUP -> listener.socketGroup(group(text));
            case TLS_CERT -> listener.tls(tls(listener).withCertificate(TypedText.path(text)));
            case TLS_KEY -> listener.tls(tls(listener).withKey(TypedText.path(text)));
            case TLS_PASSWORD -> listener.tls(tls(listener).withPassword(TypedText.path(text)));
            case TLS_CLIENT_CA -> listener.tls(tls(listener).withAuthorities(TypedText.path(text)));
            case TLS_CRL -> listener.tls(tls(listener).withRevocations(TypedText.path(text)));
            case TLS_ALLOW -> listener.tlsAllowed(text);
            case ALLOW -> listener.allow(list(text));
            case DENY -> listener.deny(list(text));
            case ALLOW_USER -> listener.allowUsers(list(text));
            case ALLOW_GROUP -> listener.allowGroups(list(text));
            case PROXY_FROM -> listener.proxyFrom(list(text));
        };
    }

    /** Tells the server what was typed for all, if that is one limit for all of them together. */
    void tell(LineServer.Builder server, String text) {
        switch (this) {
            case UNFINISHED_TIMEOUT -> server.unfinishedTimeout(Quantities.duration(text));
            case MAX_CONNECTIONS -> server.maxConnections(connections(text));
            default -> {}
        }
    }

    /** Whether what was typed for all is told to this listener. */
    boolean concerns(ListenOptions listener) {
        return switch (this) {
            case UNFINISHED_TIMEOUT, MAX_CONNECTIONS -> false;
            case MODE, GROUP -> listener.endpoint() instanceof Endpoint.Unix unix && !unix.isAbstract();
            case TLS_CERT, TLS_KEY, TLS_PASSWORD, TLS_CLIENT_CA, TLS_CRL, TLS_ALLOW ->
                listener.endpoint().isTls();
            case ALLOW, DENY, PROXY_FROM -> listener.endpoint() instanceof Endpoint.Tcp;
            case ALLOW_USER, ALLOW_GROUP -> listener.endpoint() instanceof Endpoint.Unix;
            default -> true;
        };
    }

    private static TlsOptions tls(ListenOptions listener) {
        return listener.tls().orElse(TlsOptions.DEFAULT);
    }

    /**
     * Checks what was typed for all: what says who may send is never left out without a word.
     *
     * @throws IllegalArgumentException if it would be, with a message for the person who typed it
     */
    void checkConcernsOneOf(List<ListenOptions> listeners) {
        switch (this) {
            case ALLOW,
                    DENY,
                    PROXY_FROM,
                    ALLOW_USER,
                    ALLOW_GROUP,
                    TLS_CERT,
                    TLS_KEY,
                    TLS_CLIENT_CA,
                    TLS_CRL,
                    TLS_ALLOW -> {
                if (!listeners.isEmpty() && listeners.stream().noneMatch(this::concerns)) {
                    String kind = concerns(ANY_TCP) ? "TCP" : concerns(ANY_TLS) ? "TLS" : "unix sockets";
                    throw new IllegalArgumentException("it is for " + kind + ", and no listener is one");
                }
            }
            default -> {}
        }
    }

    /** What holds of two, that for all and the listener's own: the stricter limit, all that is denied, or else its own. */
    String stricter(String forAll, String own) {
        return switch (this) {
            case MAX_LINE -> maxLine(forAll) < maxLine(own) ? forAll : own;
            case MAX_CONNECTIONS_PER_PEER, MAX_LINES_PER_SECOND, MAX_LINES_PER_SECOND_PER_PEER ->
                Quantities.count(forAll) < Quantities.count(own) ? forAll : own;
            case MAX_BYTES_PER_SECOND, MAX_BYTES_PER_SECOND_PER_PEER ->
                Quantities.bytes(forAll) < Quantities.bytes(own) ? forAll : own;
            case READ_TIMEOUT, LINE_TIMEOUT, HANDSHAKE_TIMEOUT, MAX_AGE ->
                isShorter(Quantities.duration(forAll), Quantities.duration(own)) ? forAll : own;
            case DENY -> forAll + "," + own;
            default -> own;
        };
    }

    private static boolean isShorter(Duration one, Duration other) {
        return !one.isZero() && (other.isZero() || one.compareTo(other) < 0);
    }

    private static int maxLine(String size) {
        return Quantities.bytesAtMost(size, LineFraming.MOST_LINE_BYTES);
    }

    private static int connections(String count) {
        return Quantities.asInt(Quantities.count(count));
    }

    private static List<String> list(String text) {
        return List.of(text.split(",", -1));
    }

    /** Throws an IllegalArgumentException with a message for the person who typed it. */
    static int mode(String octal) {
        if (!octal.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException(
                    "mode is three octal digits, for example mode=0660, not '" + octal + "'");
        }
        return Integer.parseInt(octal, 8);
    }

    private static String group(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("group needs a name or number, for example group=adm");
        }
        return name;
    }
}
