package cc.accu.server.internal.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One HTTP connection: answers GET and HEAD, and changes nothing. Event-loop confined. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

    /** Nothing is loaded from elsewhere, nothing is run but our own files, and no other page shows ours. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int REQUEST_SECONDS = 30;

    private final Views views;
    private final HostCheck hosts;
    private final Seats seats;
    private @Nullable Future<?> deadline;

    AdminHandler(Views views, HostCheck hosts, Seats seats) {
        this.views = views;
        this.hosts = hosts;
        this.seats = seats;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        awaitRequest(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        awaitNothing();
    }

    /** A whole one, however it is sent, after which its answer has as much time. */
    private void awaitRequest(ChannelHandlerContext ctx) {
        awaitNothing();
        deadline = ctx.executor().schedule(() -> ctx.close(), REQUEST_SECONDS, TimeUnit.SECONDS);
    }

    private void awaitNothing() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        seats.answered(ctx.channel());
        awaitRequest(ctx);
        if (!request.decoderResult().isSuccess()) {
            HttpUtil.setKeepAlive(request, false);
            answer(ctx, request, View.text(HttpResponseStatus.BAD_REQUEST, "this is no HTTP request\n"));
            ctx.close();
            return;
        }
        boolean isRead =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (!isRead) {
            answer(ctx, request, View.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered\n"));
        } else if (!isForUs(request)) {
            answer(
                    ctx,
                    request,
                    View.text(
                            HttpResponseStatus.MISDIRECTED_REQUEST,
                            "this host name is not known here; ask by address, or allow the name with --admin-host\n"));
        } else {
            read(ctx, request);
        }
    }

    /** A request of HTTP/1.0 may name nobody; no browser sends one. */
    private boolean isForUs(FullHttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        return host == null ? request.protocolVersion().equals(HttpVersion.HTTP_1_0) : hosts.isOurs(host);
    }

    private void read(ChannelHandlerContext ctx, FullHttpRequest request) {
        QueryStringDecoder target = new QueryStringDecoder(request.uri());
        if (!isReadable(target)) {
            answer(
                    ctx,
                    request,
                    View.text(HttpResponseStatus.BAD_REQUEST, "what is asked for has a % without two digits\n"));
            return;
        }
        try {
            if (target.path().equals("/messages")) {
                stream(ctx, request, target);
            } else {
                answer(ctx, request, views.of(target, request.headers().get(HttpHeaderNames.ACCEPT, "")));
            }
        } catch (RuntimeException bug) {
            LOG.error("cannot answer {}", target.path(), bug);
            answer(
                    ctx,
                    request,
                    View.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "this went wrong, see the server's log\n"));
        }
    }

    private static boolean isReadable(QueryStringDecoder target) {
        try {
            target.path();
            target.parameters();
            return true;
        } catch (IllegalArgumentException wrongPercent) {
            return false;
        }
    }

    private void stream(ChannelHandlerContext ctx, FullHttpRequest request, QueryStringDecoder target) {
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        if (!isHead && !(views.live().hasRoom() && seats.mayFollow(ctx.channel()))) {
            HttpUtil.setKeepAlive(request, false);
            answer(ctx, request, View.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many look already\n"));
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        secure(head.headers());
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        HttpUtil.setTransferEncodingChunked(head, true);
        if (isHead) {
            ctx.writeAndFlush(head);
            ctx.close();
            return;
        }
        awaitNothing();
        // Before the head: whoever has read that misses no message.
        views.live().add(ctx.channel(), MessageFilter.of(target.parameters()), Views.isForPeople(target));
        ctx.writeAndFlush(head);
    }

    private static void secure(HttpHeaders headers) {
        headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    }

    private static void answer(ChannelHandlerContext ctx, FullHttpRequest request, View view) {
        boolean bodyless = request.method().equals(HttpMethod.HEAD);
        ByteBuf body = bodyless ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(view.body());
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, view.status(), body);
        secure(response.headers());
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, view.contentType());
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, view.body().length);
        if (view.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
        }
        ctx.writeAndFlush(response);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE); // behind the answers
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: {}", ctx.channel(), cause.toString());
        ctx.close();
    }

    /**
     * An answer.
     *
     * @param body is not changed any more
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on as it is, never compared
    record View(HttpResponseStatus status, String contentType, byte[] body) {
        private static final String TEXT = "text/plain; charset=utf-8";

        static View text(HttpResponseStatus status, String text) {
            return new View(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
        }

        static View json(String text) {
            return new View(
                    HttpResponseStatus.OK, "application/json; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
