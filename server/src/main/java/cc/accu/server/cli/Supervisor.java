package cc.accu.server.cli;

import cc.accu.internal.transport.NotifySocket;
import cc.accu.server.LineServer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that has started this process, where it speaks as systemd does: it may hand over sockets that listen
 * already (sd_listen_fds(3)), hears when the server is ready and when it stops, and is told again and again that it is
 * alive while its event loops do their work (sd_notify(3), sd_watchdog_enabled(3)). Any thread.
 */
final class Supervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);

    private final Map<String, String> environment;
    private final String ownPid = String.valueOf(ProcessHandle.current().pid());
    private @Nullable NotifySocket socket;
    private @Nullable ScheduledExecutorService watchdog;

    Supervisor(Map<String, String> environment) {
        this.environment = environment;
    }

    /** How many sockets it has handed over. */
    int sockets() {
        return isMeant("LISTEN_PID") ? (int) number("LISTEN_FDS") : 0;
    }

    /** What is for another process was inherited by mistake. */
    private boolean isMeant(String pid) {
        return ownPid.equals(environment.get(pid));
    }

    private long number(String name) {
        String text = environment.getOrDefault(name, "0");
        if (!text.matches("\\d{1,12}")) {
            throw new IllegalStateException(name + "=" + text + " is no number, as the service manager set it");
        }
        return Long.parseLong(text);
    }

    /** The server takes messages. Blocking. */
    void ready(LineServer server) {
        String name = environment.get("NOTIFY_SOCKET");
        if (name == null || name.isEmpty()) {
            return;
        }
        try {
            NotifySocket opened = new NotifySocket(name);
            socket = opened;
            opened.send("READY=1\nMAINPID=" + ownPid);
            boolean watched = isMeant("WATCHDOG_PID") || !environment.containsKey("WATCHDOG_PID");
            long micros = watched ? number("WATCHDOG_USEC") : 0;
            if (micros > 0) {
                watch(server, Duration.ofNanos(micros * 1000));
            }
        } catch (IOException problem) {
            LOG.warn("cannot tell the service manager at {} that all is well: {}", name, problem.getMessage());
        }
    }

    private void watch(LineServer server, Duration most) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "accu-watchdog");
            thread.setDaemon(true);
            return thread;
        });
        watchdog = timer;
        long each = most.toNanos() / 3;
        timer.scheduleAtFixedRate(() -> look(server, Duration.ofNanos(each)), 0, each, TimeUnit.NANOSECONDS);
    }

    private void look(LineServer server, Duration patience) {
        try {
            if (server.isStopping() || server.isResponsive(patience)) {
                tell("WATCHDOG=1");
            } else {
                LOG.error("an event loop has done nothing for {} ms", patience.toMillis());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** The server does not take any more, and stores what it has. Blocking. */
    void stopping() {
        tell("STOPPING=1");
    }

    private void tell(String message) {
        NotifySocket open = socket;
        if (open != null) {
            try {
                open.send(message);
            } catch (IOException problem) {
                LOG.warn("cannot tell the service manager {}: {}", message, problem.getMessage());
            }
        }
    }

    @Override
    public void close() {
        if (watchdog != null) {
            watchdog.shutdownNow();
        }
        if (socket != null) {
            socket.close();
        }
    }
}
