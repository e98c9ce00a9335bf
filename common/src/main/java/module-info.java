/** Endpoints, transports and line framing, shared by the accu server and client. */
@SuppressWarnings("module") // the two that the internal packages are exported to are built later
module cc.accu.common {
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires static com.google.errorprone.annotations;
    requires static info.picocli;
    requires io.netty.codec;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires org.slf4j;
    requires transitive org.jspecify;

    exports cc.accu.line;
    exports cc.accu.transport;
    exports cc.accu.internal.cli to
            cc.accu.server,
            cc.accu.client;
    exports cc.accu.internal.process to
            cc.accu.server,
            cc.accu.client;
    exports cc.accu.internal.text to
            cc.accu.server,
            cc.accu.client;
    exports cc.accu.internal.framing to
            cc.accu.server,
            cc.accu.client;
    exports cc.accu.internal.tls to
            cc.accu.server,
            cc.accu.client;
    exports cc.accu.internal.transport to
            cc.accu.server,
            cc.accu.client;
}
