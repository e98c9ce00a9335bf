package cc.accu.internal.transport;

import io.netty.util.Version;
import java.util.Map;

/** Says what is wrong where a program brings another Netty than ours, as Spring Boot 3 does. Any thread. */
final class NettyVersion {
    /** Netty 4.1 has nothing of that name. */
    private static final String ONLY_IN_OURS = "io.netty.channel.IoHandlerFactory";

    private NettyVersion() {}

    /** Throws an {@link IllegalStateException} that says what to set. */
    static void check() {
        try {
            Class.forName(ONLY_IN_OURS, false, NettyVersion.class.getClassLoader());
        } catch (ClassNotFoundException another) {
            throw new IllegalStateException(
                    "accu needs Netty 4.2, and this program has " + found() + ": set netty.version to 4.2.x", another);
        }
    }

    private static String found() {
        Map<String, Version> artifacts = Version.identify(NettyVersion.class.getClassLoader());
        Version transport = artifacts.get("netty-transport");
        return transport == null ? "another one" : transport.artifactVersion();
    }
}
