package cc.accu.server.internal.tls;

import cc.accu.internal.framing.AckLine;
import cc.accu.internal.tls.TlsMaterial;
import cc.accu.internal.tls.TlsProblem;
import cc.accu.transport.Endpoint;
import cc.accu.transport.ListenException;
import cc.accu.transport.TlsOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS on one listener: its certificates as they are now, and who may send with theirs. Connections that are there keep what
 * they began with. Any thread.
 *
 * <p>With TLS 1.3 a sender gets a ticket, to resume its session later, only if it says by ALPN that it speaks
 * {@code accu/1}: tickets come after the handshake, and one that a plain sender never reads would become a reset at its
 * close, which destroys what it has in flight.
 */
public final class ServerTls {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** RFC 8446, section 4.6.1 allows tickets for 7 days; of sessions that live longer the JDK makes none. Not for TLS 1.2, where
     * it promises them all the same. */
    private static final Duration TOO_LONG_FOR_TICKETS = Duration.ofDays(8);

    private static final Duration RESUMABLE = Duration.ofHours(2);
    private static final int RESUMABLE_SESSIONS = 4096;
    /** Until the peer takes our close_notify. */
    private static final long CLOSE_MILLIS = 1000;

    private static final Duration WARN_BEFORE_EXPIRY = Duration.ofDays(14);

    private final TlsOptions options;
    private final Optional<SubjectPattern> allowed;
    private final Executor worker;
    private volatile Endpoint endpoint;
    private volatile Contexts contexts;

    /** With and without tickets. */
    private record Contexts(
            SslContext ticketless,
            SslContext resumable,
            X509Certificate certificate,
            List<X509Certificate> authorities,
            List<X509CRL> revocations) {}

    /**
     * Reads the certificates. Blocking.
     *
     * @param worker does what takes long in a handshake
     * @throws ListenException with what is wrong with them
     */
    public ServerTls(Endpoint endpoint, TlsOptions options, Optional<SubjectPattern> allowed, Executor worker) {
        this.endpoint = endpoint;
        this.options = options;
        this.allowed = allowed;
        this.worker = worker;
        if (allowed.isPresent() && options.authorities().isEmpty()) {
            throw new ListenException(
                    endpoint,
                    "who may send by certificate (" + allowed.get()
                            + ") needs an authority that the certificates are of");
        }
        try {
            contexts = load();
        } catch (IOException wrong) {
            throw new ListenException(endpoint, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    /** The listener is there; {@code real} has its port, where the system has chosen one. */
    public void isBoundTo(Endpoint real) {
        endpoint = real;
        tellExpiry(contexts);
    }

    /** The listener's. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** The files that it was made of. */
    public TlsOptions options() {
        return options;
    }

    /** When its certificate expires. */
    public Instant expires() {
        return contexts.certificate().getNotAfter().toInstant();
    }

    Optional<SubjectPattern> allowed() {
        return allowed;
    }

    /**
     * What is wrong by now with certificates that a sender showed, maybe in the session that it resumes; empty if nothing is.
     */
    Optional<String> outdated(List<X509Certificate> chain) {
        return TlsProblem.outdated(chain, contexts.authorities(), contexts.revocations(), Instant.now());
    }

    /** Whether senders show certificates. */
    boolean asksForCertificates() {
        return options.authorities().isPresent();
    }

    /**
     * Reads the certificates again, for connections from now on. Blocking. If they are no good, the old ones stay, and the
     * log says why; says whether they were good.
     */
    public boolean reload() {
        try {
            contexts = load();
        } catch (IOException wrong) {
            LOG.error("{}: goes on with the certificate that it has: {}", endpoint, wrong.getMessage());
            return false;
        }
        X509Certificate now = contexts.certificate();
        LOG.warn(
                "{}: has read its certificate again: {}, valid until {}",
                endpoint,
                now.getSubjectX500Principal(),
                now.getNotAfter().toInstant());
        tellExpiry(contexts);
        return true;
    }

    private void tellExpiry(Contexts read) {
        Instant begin = read.certificate().getNotBefore().toInstant();
        Instant end = read.certificate().getNotAfter().toInstant();
        if (end.isBefore(Instant.now())) {
            LOG.warn(
                    "{}: its certificate expired at {}; senders will not connect until there is a new one",
                    endpoint,
                    end);
        } else if (begin.isAfter(Instant.now())) {
            LOG.warn(
                    "{}: its certificate is not valid before {}; senders will not connect until then, if the clock is right",
                    endpoint,
                    begin);
        } else if (end.isBefore(Instant.now().plus(WARN_BEFORE_EXPIRY))) {
            LOG.warn("{}: its certificate expires at {}", endpoint, end);
        }
        for (X509CRL list : read.revocations) {
            if (TlsProblem.isOver(list, Instant.now())) {
                LOG.warn(
                        "{}: what {} has revoked is known until {} only; its senders are refused until there is a new list",
                        endpoint,
                        list.getIssuerX500Principal(),
                        list.getNextUpdate().toInstant());
            }
        }
    }

    private Contexts load() throws IOException {
        TlsMaterial material = TlsMaterial.read(options);
        TlsMaterial.Identity own = material.identity()
                .orElseThrow(() -> new IOException("TLS needs a certificate and its key; name the files with both"));
        try {
            SslContext ticketless = builder(material, own)
                    .sessionTimeout(TOO_LONG_FOR_TICKETS.toSeconds())
                    .sessionCacheSize(1)
                    .build();
            SslContext resumable = builder(material, own)
                    .sessionTimeout(RESUMABLE.toSeconds())
                    .sessionCacheSize(RESUMABLE_SESSIONS)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            AckLine.HELLO))
                    .build();
            if (resumable.sessionContext() instanceof OpenSslServerSessionContext openSsl) {
                openSsl.setTicketKeys(randomTicketKey());
            }
            return new Contexts(
                    ticketless, resumable, own.certificate(), material.authorities(), material.revocations());
        } catch (SSLException | IllegalArgumentException wrong) {
            throw new IOException("TLS cannot use its certificate or key: " + wrong.getMessage(), wrong);
        }
    }

    private static SslContextBuilder builder(TlsMaterial material, TlsMaterial.Identity own) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forServer(own.key(), own.chain())
                .sslProvider(SslContext.defaultServerProvider())
                .protocols(VERSIONS);
        if (!material.authorities().isEmpty()) {
            material.trust(builder);
            builder.clientAuth(ClientAuth.REQUIRE);
        }
        return builder;
    }

    private static OpenSslSessionTicketKey randomTicketKey() {
        byte[] key = new byte[OpenSslSessionTicketKey.TICKET_KEY_SIZE];
        new SecureRandom().nextBytes(key);
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(key, 0, 16), Arrays.copyOfRange(key, 16, 32), Arrays.copyOfRange(key, 32, 48));
    }

    /** For one connection, whose handshake has a deadline elsewhere. */
    SslHandler newHandler(ByteBufAllocator allocator, boolean mayResume, TlsRecords records) {
        Contexts now = contexts;
        SslHandler handler =
                (mayResume ? now.resumable : now.ticketless).newHandler(allocator, records.elsewhere(worker));
        handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
        return handler;
    }
}
