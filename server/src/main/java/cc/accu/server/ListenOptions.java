package cc.accu.server;

import cc.accu.internal.transport.UnixSocketFile;
import cc.accu.line.LineFraming;
import cc.accu.server.internal.tls.SubjectPattern;
import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import java.time.Duration;
import java.util.Optional;

/**
 * All that one listener is told. A value: each method that takes an option returns options of their own. What is also a
 * limit of the whole server holds beside the server's. Any thread.
 */
public final class ListenOptions {
    private final Endpoint endpoint;
    private LineFraming framing = LineFraming.DEFAULT;
    private boolean acknowledging = true;
    private Duration handshakeTimeout = Duration.ofSeconds(10);
    private Duration unfinishedTimeout = Duration.ZERO;
    private int maxConnections = Integer.MAX_VALUE;
    private UnixSocketFile.Access access = UnixSocketFile.Access.DEFAULT;
    private Optional<TlsOptions> tls = Optional.empty();
    private Optional<SubjectPattern> tlsAllowed = Optional.empty();

    private ListenOptions(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    private ListenOptions(ListenOptions other) {
        this.endpoint = other.endpoint;
        this.framing = other.framing;
        this.acknowledging = other.acknowledging;
        this.handshakeTimeout = other.handshakeTimeout;
        this.unfinishedTimeout = other.unfinishedTimeout;
        this.maxConnections = other.maxConnections;
        this.access = other.access;
        this.tls = other.tls;
        this.tlsAllowed = other.tlsAllowed;
    }

    /** A listener on {@code endpoint}, with the defaults. */
    public static ListenOptions of(Endpoint endpoint) {
        return new ListenOptions(endpoint);
    }

    /** Where it listens. */
    public Endpoint endpoint() {
        return endpoint;
    }

    /** The limits for lines, and read deadlines. Default: {@link LineFraming#DEFAULT}. */
    public ListenOptions framing(LineFraming lineFraming) {
        ListenOptions options = new ListenOptions(this);
        options.framing = lineFraming;
        return options;
    }

    /** The limits for lines, and read deadlines. */
    public LineFraming framing() {
        return framing;
    }

    /** Whether senders who start with {@code accu/1} are told what is stored. Default: yes. */
    public ListenOptions acknowledging(boolean offered) {
        ListenOptions options = new ListenOptions(this);
        options.acknowledging = offered;
        return options;
    }

    /** Whether senders who start with {@code accu/1} are told what is stored. */
    public boolean acknowledging() {
        return acknowledging;
    }

    /**
     * How long it may take after accepting until it is known who is there, before a line is read; then the connection is
     * closed. Zero for ever. Default: 10 s.
     */
    public ListenOptions handshakeTimeout(Duration timeout) {
        ListenOptions options = new ListenOptions(this);
        options.handshakeTimeout = notNegative(timeout);
        return options;
    }

    /** How long it may take until it is known who is there; zero for ever. */
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /**
     * How long unfinished lines may fill the server's buffer while others wait, before one of this listener may be ended.
     * Zero, the default, for no other time than the server's.
     */
    public ListenOptions unfinishedTimeout(Duration timeout) {
        ListenOptions options = new ListenOptions(this);
        options.unfinishedTimeout = notNegative(timeout);
        return options;
    }

    /** How long unfinished lines may fill the server's buffer before one of this listener may be ended; zero for the server's. */
    public Duration unfinishedTimeout() {
        return unfinishedTimeout;
    }

    /** How many connections of this listener may be open; the server's own limit holds too. Default: no more than that. */
    public ListenOptions maxConnections(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("the number of connections must be at least 1, not " + connections);
        }
        ListenOptions options = new ListenOptions(this);
        options.maxConnections = connections;
        return options;
    }

    /** How many connections of this listener may be open. */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * The permissions of a Unix socket's file. Default: {@code 0660}.
     *
     * @throws IllegalArgumentException for a mode that is none, and where there is no file
     */
    public ListenOptions socketMode(int mode) {
        return access(new UnixSocketFile.Access(mode, access.group()));
    }

    /** The permissions of a Unix socket's file. */
    public int socketMode() {
        return access.mode();
    }

    /**
     * The group of a Unix socket's file, by name or number. Default: the server's.
     *
     * @throws IllegalArgumentException for a blank name, and where there is no file
     */
    public ListenOptions socketGroup(String group) {
        return access(new UnixSocketFile.Access(access.mode(), Optional.of(group)));
    }

    /** The group of a Unix socket's file; empty to leave it as it is. */
    public Optional<String> socketGroup() {
        return access.group();
    }

    private ListenOptions access(UnixSocketFile.Access wanted) {
        if (!(endpoint instanceof Endpoint.Unix unix)) {
            throw new IllegalArgumentException(
                    "mode and group are for the file of a unix socket, and cannot be set for " + endpoint);
        }
        if (unix.isAbstract()) {
            throw new IllegalArgumentException(
                    "an abstract socket has no file: mode and group cannot be set for " + endpoint);
        }
        ListenOptions options = new ListenOptions(this);
        options.access = wanted;
        return options;
    }

    /**
     * The certificate of a {@code tls} endpoint, and the authorities of those that senders have to show. Its files are read
     * when the server starts, and again when they change.
     *
     * @throws IllegalArgumentException where there is no TLS
     */
    public ListenOptions tls(TlsOptions certificates) {
        checkTls();
        ListenOptions options = new ListenOptions(this);
        options.tls = Optional.of(certificates);
        return options;
    }

    /** The certificates of a {@code tls} endpoint. */
    public Optional<TlsOptions> tls() {
        return tls;
    }

    /**
     * Whom the certificate of a sender has to name, for example {@code CN=device-*,O=Acme}; several are separated by
     * {@code ;}. Default: whomever the authority gave one.
     *
     * @throws IllegalArgumentException for a pattern that names nobody, and where there is no TLS
     */
    public ListenOptions tlsAllowed(String subjects) {
        checkTls();
        ListenOptions options = new ListenOptions(this);
        options.tlsAllowed = Optional.of(SubjectPattern.parse(subjects));
        return options;
    }

    Optional<SubjectPattern> tlsAllowed() {
        return tlsAllowed;
    }

    private void checkTls() {
        if (endpoint instanceof Endpoint.Unix) {
            throw new IllegalArgumentException(
                    "there is no TLS over unix sockets: the file's permissions say who may connect to " + endpoint);
        }
        if (!isTls()) {
            throw new IllegalArgumentException(endpoint + " is plain; to have TLS there, write tls in place of tcp");
        }
    }

    /** Whether TLS is spoken there. */
    boolean isTls() {
        return endpoint instanceof Endpoint.Tcp tcp && tcp.isTls();
    }

    UnixSocketFile.Access access() {
        return access;
    }

    private static Duration notNegative(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a deadline is zero, for none, or positive, for example 30s");
        }
        return timeout;
    }
}
