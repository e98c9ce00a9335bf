package cc.accu.server;

import cc.accu.internal.transport.UnixSocketFile;
import cc.accu.line.LineFraming;
import cc.accu.server.internal.access.AccessRules;
import cc.accu.server.internal.access.AddressList;
import cc.accu.server.internal.access.UserList;
import cc.accu.server.internal.tls.SubjectPattern;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.TlsOptions;
import java.time.Duration;
import java.util.List;
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
    private int maxConnectionsPerPeer = Integer.MAX_VALUE;
    private RateLimit rate = RateLimit.NONE;
    private RateLimit peerRate = RateLimit.NONE;
    private Duration maxAge = Duration.ZERO;
    private UnixSocketFile.Access access = UnixSocketFile.Access.DEFAULT;
    private Optional<TlsOptions> tls = Optional.empty();
    private Optional<SubjectPattern> tlsAllowed = Optional.empty();
    private AddressList allow = AddressList.EMPTY;
    private AddressList deny = AddressList.EMPTY;
    private AddressList proxyFrom = AddressList.EMPTY;
    private List<String> allowUsers = List.of();
    private List<String> allowGroups = List.of();

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
        this.maxConnectionsPerPeer = other.maxConnectionsPerPeer;
        this.rate = other.rate;
        this.peerRate = other.peerRate;
        this.maxAge = other.maxAge;
        this.access = other.access;
        this.tls = other.tls;
        this.tlsAllowed = other.tlsAllowed;
        this.allow = other.allow;
        this.deny = other.deny;
        this.proxyFrom = other.proxyFrom;
        this.allowUsers = other.allowUsers;
        this.allowGroups = other.allowGroups;
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
        ListenOptions options = new ListenOptions(this);
        options.maxConnections = atLeastOne(connections);
        return options;
    }

    /** How many connections of this listener may be open. */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * How many connections of this listener one peer may have open: a {@linkplain cc.accu.line.Origin#host() machine, or a
     * user of this one}. More are turned away. Default: no limit.
     */
    public ListenOptions maxConnectionsPerPeer(int connections) {
        ListenOptions options = new ListenOptions(this);
        options.maxConnectionsPerPeer = atLeastOne(connections);
        return options;
    }

    /** How many connections of this listener one peer may have open. */
    public int maxConnectionsPerPeer() {
        return maxConnectionsPerPeer;
    }

    /** How fast each connection may send. Default: {@link RateLimit#NONE}. */
    public ListenOptions rate(RateLimit limit) {
        ListenOptions options = new ListenOptions(this);
        options.rate = limit;
        return options;
    }

    /** How fast each connection may send. */
    public RateLimit rate() {
        return rate;
    }

    /** How fast all connections of one peer of this listener together may send. Default: {@link RateLimit#NONE}. */
    public ListenOptions peerRate(RateLimit limit) {
        ListenOptions options = new ListenOptions(this);
        options.peerRate = limit;
        return options;
    }

    /** How fast all connections of one peer of this listener together may send. */
    public RateLimit peerRate() {
        return peerRate;
    }

    /**
     * How old a connection may get, give or take a tenth less, before it is ended between two lines. A sender that is
     * acknowledged then goes on elsewhere and loses nothing. A plain sender sees our side close first; one that does not
     * look loses what it sends after the rest is closed too. Zero, the default, for any age.
     */
    public ListenOptions maxAge(Duration age) {
        ListenOptions options = new ListenOptions(this);
        options.maxAge = notNegative(age);
        return options;
    }

    /** How old a connection may get; zero for any age. */
    public Duration maxAge() {
        return maxAge;
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

    Optional<SubjectPattern> subjects() {
        return tlsAllowed;
    }

    /** Whom the certificate of a sender has to name. */
    public Optional<String> tlsAllowed() {
        return tlsAllowed.map(SubjectPattern::toString);
    }

    private void checkTls() {
        if (endpoint instanceof Endpoint.Unix) {
            throw new IllegalArgumentException(
                    "there is no TLS over unix sockets: the file's permissions say who may connect to " + endpoint);
        }
        if (!endpoint.isTls()) {
            throw new IllegalArgumentException(endpoint + " is plain; to have TLS there, write tls in place of tcp");
        }
    }

    UnixSocketFile.Access access() {
        return access;
    }

    /**
     * Who may send over TCP, by address; all others are refused. Default: everybody may.
     *
     * @param networks networks and addresses, for example {@code 10.0.0.0/8} and {@code ::1}; an IPv4 address that is
     *     written as an IPv6 one counts as IPv4
     * @throws IllegalArgumentException for none, for what is neither, and for Unix sockets
     */
    public ListenOptions allow(List<String> networks) {
        ListenOptions options = new ListenOptions(this);
        options.allow = addresses("allow", networks);
        return options;
    }

    /** Who may send over TCP; empty for everybody. */
    public List<String> allow() {
        return allow.texts();
    }

    /** Who may not send over TCP, whether {@link #allow} names them or not. Default: nobody. Otherwise as that. */
    public ListenOptions deny(List<String> networks) {
        ListenOptions options = new ListenOptions(this);
        options.deny = addresses("deny", networks);
        return options;
    }

    /** Who may not send over TCP. */
    public List<String> deny() {
        return deny.texts();
    }

    /**
     * The load balancers that connect to this listener, as {@link #allow} names addresses. Each of their connections has to
     * begin with a header of the PROXY protocol, version 1 or 2, and comes from whom that names: {@link #allow} and
     * {@link #deny} are about that address. Nobody else may connect. Default: none, and a header is a line like any other.
     */
    public ListenOptions proxyFrom(List<String> networks) {
        ListenOptions options = new ListenOptions(this);
        options.proxyFrom = addresses("proxy-from", networks);
        return options;
    }

    /** The load balancers that connect to this listener. */
    public List<String> proxyFrom() {
        return proxyFrom.texts();
    }

    Optional<AddressList> balancers() {
        return proxyFrom.isEmpty() ? Optional.empty() : Optional.of(proxyFrom);
    }

    private AddressList addresses(String option, List<String> networks) {
        if (!(endpoint instanceof Endpoint.Tcp)) {
            throw new IllegalArgumentException(
                    option + " is for addresses, which senders over a unix socket do not have,"
                            + " and cannot be set for " + endpoint + "; allow-user and allow-group are for those");
        }
        return AddressList.of(networks);
    }

    /**
     * Who may send over a Unix socket, by the user of the process that connects; whom neither this nor
     * {@link #allowGroups} names is refused, root included. Default: everybody who may open the socket.
     *
     * @param users names or numbers; names are looked up when the server starts
     * @throws IllegalArgumentException for none, for what can be neither, and for TCP
     */
    public ListenOptions allowUsers(List<String> users) {
        ListenOptions options = new ListenOptions(this);
        options.allowUsers = names("allow-user", users);
        return options;
    }

    /** Which users may send over a Unix socket. */
    public List<String> allowUsers() {
        return allowUsers;
    }

    /** As {@link #allowUsers}, by the process's own group: the system does not tell its supplementary ones. */
    public ListenOptions allowGroups(List<String> groups) {
        ListenOptions options = new ListenOptions(this);
        options.allowGroups = names("allow-group", groups);
        return options;
    }

    /** Which groups may send over a Unix socket. */
    public List<String> allowGroups() {
        return allowGroups;
    }

    private List<String> names(String option, List<String> names) {
        if (!(endpoint instanceof Endpoint.Unix)) {
            throw new IllegalArgumentException(option + " is for unix sockets, where the system tells who connects, and"
                    + " cannot be set for " + endpoint + "; allow and deny are for addresses");
        }
        return UserList.checked(names);
    }

    /**
     * Who may send; empty where everybody may. Blocking, where users have names.
     *
     * @throws ListenException when one of them is not known
     */
    Optional<AccessRules> accessRules() {
        try {
            AccessRules rules = new AccessRules(allow, deny, UserList.lookUp(allowUsers, allowGroups));
            return rules.isForEverybody() ? Optional.empty() : Optional.of(rules);
        } catch (IllegalArgumentException unknown) {
            throw new ListenException(endpoint, String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private static int atLeastOne(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("the number of connections must be at least 1, not " + connections);
        }
        return connections;
    }

    private static Duration notNegative(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a deadline is zero, for none, or positive, for example 30s");
        }
        return timeout;
    }
}
