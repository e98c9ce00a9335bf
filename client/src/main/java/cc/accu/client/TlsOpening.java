package cc.accu.client;

import cc.accu.client.Failures.ConversationEnd;
import cc.accu.client.Failures.ConversationEnd.Kind;
import cc.accu.client.Sender.Settings.Wire;
import cc.accu.internal.tls.ClientTls;
import cc.accu.internal.tls.CloseNotify;
import cc.accu.internal.tls.TlsProblem;
import cc.accu.internal.transport.EventLoops;
import cc.accu.transport.ConnectException;
import cc.accu.transport.Endpoint;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A connection until TLS is agreed on: then its link is opened, on which nothing has happened yet. Event-loop confined. */
final class TlsOpening extends ChannelInboundHandlerAdapter {
    private final Function<Channel, ServerLink> opener;
    private final CompletableFuture<Channel> opened = new CompletableFuture<>();
    private @Nullable ServerLink link;

    private TlsOpening(Function<Channel, ServerLink> opener) {
        this.opener = opener;
    }

    /** As {@link ServerLink#connect}. */
    static CompletableFuture<Channel> connect(
            Endpoint.Tcp endpoint,
            Wire wire,
            EventLoops loops,
            Duration timeout,
            Function<Channel, ServerLink> opener) {
        ClientTls tls = wire.tls().orElseThrow();
        tls.refresh();
        long deadline = System.nanoTime() + timeout.toNanos();
        ChannelInitializer<Channel> handler = ServerLink.initializer(channel -> {
            TlsOpening opening = new TlsOpening(opener);
            channel.pipeline()
                    .addLast(tls.newHandler(channel.alloc(), endpoint))
                    .addLast(new CloseNotify(opening::broke))
                    .addLast(opening);
        });
        CompletableFuture<Channel> agreed = new CompletableFuture<>();
        wire.transport(endpoint).connect(loops, handler, timeout).whenComplete((channel, failure) -> {
            if (channel == null) {
                agreed.completeExceptionally(failure);
            } else {
                channel.pipeline().get(TlsOpening.class).await(channel, endpoint, deadline, agreed);
            }
        });
        return agreed;
    }

    private void await(Channel channel, Endpoint endpoint, long deadline, CompletableFuture<Channel> agreed) {
        long left = Math.max(1, deadline - System.nanoTime());
        opened.orTimeout(left, TimeUnit.NANOSECONDS).whenComplete((open, failure) -> {
            if (open != null) {
                agreed.complete(open);
            } else {
                channel.close();
                agreed.completeExceptionally(new ConnectException(endpoint, why(failure), failure));
            }
        });
    }

    private static String why(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "i/o timeout in the TLS handshake; does it speak TLS there?";
        } else if (TlsProblem.isGone(failure)) {
            return "it closed the connection in the TLS handshake; does it speak TLS there, and may you send to it?";
        } else if (TlsProblem.isNoTls(failure)) {
            return "it does not speak TLS there; for a plain server write tcp in place of tls";
        }
        String why = TlsProblem.describe(failure);
        boolean unknown = TlsProblem.isOfStranger(failure);
        return why + (unknown ? "; if it is the right server, name that authority (--tls-ca)" : "");
    }

    private void broke() {
        if (link != null) {
            String why = "connection closed by peer without TLS's close_notify: it may have been cut";
            link.lose(new ConversationEnd(Kind.BROKEN, why, new SSLException(why)));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                ServerLink mine = opener.apply(ctx.channel());
                link = mine;
                ctx.pipeline().addLast(mine);
                opened.complete(ctx.channel());
                mine.opened();
            } else {
                opened.completeExceptionally(done.cause());
            }
        } else {
            if (event == ChannelInputShutdownEvent.INSTANCE && link == null) {
                opened.completeExceptionally(new ClosedChannelException());
            }
            ctx.fireUserEventTriggered(event);
        }
    }

    /** Once there is a link it is for that; before, the handshake has told it. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (link == null) {
            opened.completeExceptionally(cause);
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        opened.completeExceptionally(new ClosedChannelException());
        ctx.fireChannelInactive();
    }
}
