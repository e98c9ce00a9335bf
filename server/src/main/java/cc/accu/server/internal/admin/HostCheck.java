package cc.accu.server.internal.admin;

import cc.accu.transport.Endpoint;
import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Set;

/**
 * Whom a request says that it is for. A page of somebody else may have its name point here, and the browser of who looks at
 * it then asks us: its requests name that name, never an address. No browser comes by a Unix socket.
 *
 * @param endpoint where requests come in
 * @param allowed names beside {@code localhost}
 */
record HostCheck(Endpoint endpoint, Set<String> allowed) {
    /** Whether a {@code Host} header is one of ours: an address, localhost, or a name that is allowed, with any port. */
    boolean isOurs(String header) {
        String host = withoutPort(header.strip().toLowerCase(Locale.ROOT));
        return endpoint instanceof Endpoint.Unix
                || host.equals("localhost")
                || allowed.contains(host)
                || NetUtil.isValidIpV4Address(host)
                || (host.startsWith("[") && NetUtil.isValidIpV6Address(host));
    }

    private static String withoutPort(String host) {
        return host.replaceFirst(":\\d*$", "");
    }
}
