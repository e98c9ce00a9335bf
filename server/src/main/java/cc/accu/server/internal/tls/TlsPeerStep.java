package cc.accu.server.internal.tls;

import cc.accu.internal.tls.TlsProblem;
import cc.accu.line.End;
import cc.accu.line.Origin;
import cc.accu.server.internal.receive.HandshakeStep;
import cc.accu.transport.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** The step that waits until TLS is agreed on, and then knows whom the sender's certificate names, where one is asked for. */
public final class TlsPeerStep extends HandshakeStep {
    private final ServerTls tls;
    private final Channel channel;
    private Origin origin = Origin.of("", "");

    public TlsPeerStep(ServerTls tls, Channel channel) {
        this.tls = tls;
        this.channel = channel;
    }

    @Override
    protected void look(Origin soFar, ByteBuf arrived) {
        origin = soFar;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                agreed();
            } else {
                failed(done.cause());
            }
        }
        super.userEventTriggered(ctx, event);
    }

    private void agreed() {
        if (!tls.asksForCertificates()) {
            complete(origin);
            return;
        }
        try {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate each : handler.engine().getSession().getPeerCertificates()) {
                chain.add((X509Certificate) each);
            }
            Optional<String> outdated = tls.outdated(chain);
            if (outdated.isPresent()) {
                refuse(Refused.TLS_FAILED, outdated.get());
                return;
            }
            String subject = Subject.of(chain.get(0));
            Origin known = subject.isEmpty() ? origin : origin.withSubject(subject);
            if (tls.allowed().isPresent() && !tls.allowed().get().fits(subject)) {
                refuse(
                        Refused.NOT_ALLOWED,
                        "its certificate is of " + subject + ", and only "
                                + tls.allowed().get() + " may send");
            } else {
                complete(known);
            }
        } catch (SSLPeerUnverifiedException none) {
            refuse(Refused.TLS_FAILED, "it showed no certificate");
        }
    }

    private void failed(Throwable cause) {
        if (TlsProblem.isGone(cause)) {
            refuse(End.EOF, "the TLS handshake");
        } else {
            refuse(Refused.TLS_FAILED, TlsProblem.describe(cause));
        }
    }

    @Override
    protected void ended(Origin soFar, End how) {
        refuse(how, "the TLS handshake");
    }
}
