package cc.accu.internal.tls;

import cc.accu.transport.Endpoint;
import cc.accu.transport.TlsOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS towards servers, which resumes its sessions. Any thread. */
public final class ClientTls {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTls.class);
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final TlsOptions options;
    private final Optional<String> protocol;
    private volatile Read read;

    /** What the files said. */
    private record Read(SslContext context, List<String> files) {}

    /**
     * Reads the files. Blocking.
     *
     * @param protocol what is spoken over TLS, if the server is to know beforehand, by ALPN
     * @throws IOException with the file, and what is wrong with it
     */
    public ClientTls(TlsOptions options, Optional<String> protocol) throws IOException {
        this.options = options;
        this.protocol = protocol;
        this.read = load();
        if (options.unverified()) {
            LOG.warn("TLS does not look who the server is: anybody between can read and change what is sent");
        }
    }

    private Read load() throws IOException {
        List<String> files = TlsMaterial.filesOf(options);
        TlsMaterial material = TlsMaterial.read(options);
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslContext.defaultClientProvider())
                .protocols(VERSIONS)
                .endpointIdentificationAlgorithm(options.unverified() ? null : "HTTPS");
        material.identity().ifPresent(own -> builder.keyManager(own.key(), own.chain()));
        if (options.unverified()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (!material.authorities().isEmpty()) {
            material.trust(builder);
        }
        protocol.ifPresent(name -> builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, name)));
        try {
            return new Read(builder.build(), files);
        } catch (SSLException | IllegalArgumentException wrong) {
            throw new IOException("TLS cannot use its certificate or key: " + wrong.getMessage(), wrong);
        }
    }

    /** Reads the files again, if they have changed since; if they are no good, what is known stays. Blocking. */
    public void refresh() {
        if (!TlsMaterial.filesOf(options).equals(read.files)) {
            try {
                read = load();
            } catch (IOException wrong) {
                LOG.warn("goes on with the certificates that it has: {}", wrong.getMessage());
            }
        }
    }

    /** For one connection, whose handshake has a deadline elsewhere. */
    public SslHandler newHandler(ByteBufAllocator allocator, Endpoint.Tcp server) {
        String host = server.host().isEmpty() ? "localhost" : server.host();
        SslHandler handler =
                read.context.newHandler(allocator, options.serverName().orElse(host), server.port());
        handler.setHandshakeTimeout(0, TimeUnit.MILLISECONDS);
        return handler;
    }
}
