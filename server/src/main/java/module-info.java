/** Receives lines and hands them to sinks: a library, and a command. */
module cc.accu.server {
    requires transitive cc.accu.common;
    requires static com.google.errorprone.annotations;
    requires static com.fasterxml.jackson.core;
    requires static info.picocli;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.haproxy;
    requires static io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires static io.prometheus.metrics.core;
    requires static io.prometheus.metrics.instrumentation.jvm;
    requires static io.prometheus.metrics.model;
    requires static io.prometheus.writer.text;
    requires java.naming;
    requires jdk.unsupported;
    requires static kafka.clients;
    requires org.slf4j;

    exports cc.accu.server;
    exports cc.accu.server.admin;
    exports cc.accu.server.sink;
}
