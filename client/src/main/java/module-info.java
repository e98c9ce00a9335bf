/** Sends lines to any line server: a library, and a command. */
module cc.accu.client {
    requires transitive cc.accu.common;
    requires HdrHistogram;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.transport;
    requires me.tongfei.progressbar;
    requires org.slf4j;

    exports cc.accu.client;
}
