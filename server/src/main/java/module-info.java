/** Receives lines and hands them to sinks: a library, and a command. */
module cc.accu.server {
    requires transitive cc.accu.common;
    requires static com.google.errorprone.annotations;
    requires static info.picocli;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires java.naming;
    requires io.netty.transport;
    requires jdk.unsupported;
    requires static kafka.clients;
    requires org.slf4j;

    exports cc.accu.server;
    exports cc.accu.server.sink;
}
