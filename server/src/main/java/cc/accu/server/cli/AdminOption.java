package cc.accu.server.cli;

import cc.accu.internal.cli.AdminAddress;
import cc.accu.internal.cli.Option;
import cc.accu.server.LineServer;
import cc.accu.server.admin.AdminServer;
import cc.accu.transport.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where the server is to be looked at, if anywhere. One thread. */
final class AdminOption {
    private final Option<Endpoint> address = Option.of(
            "--admin ADDRESS",
            "show metrics, health, connections and live messages over HTTP, for example on 127.0.0.1:9090 or unix:/PATH;"
                    + " whoever reaches it sees messages",
            AdminAddress::parse);
    private final Option<List<String>> hosts = Option.list(
            "--admin-host NAME",
            "a host name that it may be asked by, beside localhost and addresses",
            name -> name.toLowerCase(Locale.ROOT));

    private final Option<Integer> mode = Option.of(
            "--admin-mode OCTAL", "permissions of the file, if it is a unix socket", ListenerOption::mode, "0660");

    /** Where it is. */
    Option<Endpoint> address() {
        return address;
    }

    /** What it may be called, and who may open it. */
    List<Option<?>> others() {
        return List.of(hosts, mode);
    }

    /**
     * Starts listening, if that was asked for. Blocking.
     *
     * @throws cc.accu.transport.ListenException when the address cannot be had
     */
    Admin start() {
        return new Admin(address.ifAny()
                .map(endpoint -> AdminServer.start(
                        endpoint, mode.value(), Set.copyOf(hosts.ifAny().orElse(List.of())))));
    }

    /** What was started: nothing, where it was not asked for. Any thread. */
    record Admin(Optional<AdminServer> server) implements AutoCloseable {
        /** Where people look. */
        Optional<String> endpoint() {
            return server.map(AdminServer::endpoint)
                    .map(at -> at instanceof Endpoint.Tcp tcp
                            ? "http://" + AdminAddress.hostAndPort(tcp) + "/"
                            : at.toString());
        }

        void watch(LineServer.Builder builder) {
            server.ifPresent(admin -> admin.watch(builder));
        }

        void show(LineServer running) {
            server.ifPresent(admin -> admin.show(running));
        }

        @Override
        public void close() {
            server.ifPresent(AdminServer::close);
        }
    }
}
