package cc.accu.server.admin;

import cc.accu.internal.transport.UnixSocketFile;
import cc.accu.server.LineServer;
import cc.accu.server.internal.admin.AdminListener;
import cc.accu.server.internal.admin.Views;
import cc.accu.transport.Endpoint;
import java.util.Optional;
import java.util.Set;

/**
 * Shows what a server does, over HTTP: {@code /metrics} for Prometheus, {@code /healthz}, {@code /readyz}, {@code /state},
 * {@code /connections}, {@code /messages} as they come, and a page at {@code /} that shows all of that. It changes nothing,
 * and asks nobody who they are: whoever reaches it sees messages. Any thread.
 *
 * <pre>{@code
 * AdminServer admin = AdminServer.start(Endpoint.parse("tcp 127.0.0.1:9090"), Set.of());
 * LineServer.Builder builder = LineServer.builder().listen(…).sink(…);
 * admin.watch(builder);
 * LineServer server = builder.start();
 * admin.show(server);
 * }</pre>
 *
 * <p>Needs {@code netty-codec-http}, {@code prometheus-metrics-core}, {@code prometheus-metrics-exposition-textformats},
 * {@code prometheus-metrics-instrumentation-jvm}, {@code jackson-core} and {@code org.webjars.npm:uplot} beside the server.
 */
public final class AdminServer implements AutoCloseable {
    private final Views views;
    private final AdminListener listener;

    private AdminServer(Views views, AdminListener listener) {
        this.views = views;
        this.listener = listener;
    }

    /**
     * Listens: alive, and not ready. Blocking.
     *
     * @param endpoint of TCP or a Unix socket, without TLS
     * @param hosts names that browsers may ask for, beside {@code localhost} and addresses
     * @throws cc.accu.transport.ListenException when the address cannot be had
     */
    public static AdminServer start(Endpoint endpoint, Set<String> hosts) {
        return start(endpoint, UnixSocketFile.Access.DEFAULT, hosts);
    }

    /**
     * The same.
     *
     * @param mode permissions of the file of a Unix socket, for example 0600
     */
    public static AdminServer start(Endpoint endpoint, int mode, Set<String> hosts) {
        return start(endpoint, new UnixSocketFile.Access(mode, Optional.empty()), hosts);
    }

    private static AdminServer start(Endpoint endpoint, UnixSocketFile.Access access, Set<String> hosts) {
        Views views = new Views();
        return new AdminServer(views, new AdminListener(endpoint, access, hosts, views));
    }

    /** Where it listens, with the real port. */
    public Endpoint endpoint() {
        return listener.endpoint();
    }

    /** Is told what the server does that is to be built: call it before that is started, once. */
    public void watch(LineServer.Builder builder) {
        views.observers().forEach(builder::observer);
    }

    /** Shows {@code server} from now on, whose builder was {@linkplain #watch watched}. */
    public void show(LineServer server) {
        views.show(server);
    }

    /** Stops listening. To be closed after the server, which it shows while that drains. */
    @Override
    public void close() {
        listener.close();
    }
}
