/** Sends lines to any line server: a library, and a command, which alone needs what is static. */
module cc.accu.client {
    requires transitive cc.accu.common;
    requires static com.google.errorprone.annotations;
    requires static HdrHistogram;
    requires static info.picocli;
    requires static io.netty.codec;
    requires static io.netty.codec.http;
    requires static me.tongfei.progressbar;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires org.slf4j;

    exports cc.accu.client;
}
