package cc.accu.server.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ends the command: the first SIGTERM, SIGINT or SIGHUP asks it to drain, the second ends the process at once. With
 * files to reopen, SIGHUP asks for that, and ends nothing. A
 * shutdown hook could neither end with exit code 0 nor see a second signal. The JVM leaves alone what was ignored when it
 * started, as SIGHUP under nohup.
 *
 * <p>Uses {@code sun.misc.Signal}, of the supported module jdk.unsupported, by reflection: the compiler's warning about
 * it cannot be turned off.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final int ENDED_BY_SIGNAL = 1;

    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private volatile Runnable onHangup = () -> received("SIGHUP");

    private Signals() {}

    static Signals install() {
        Signals signals = new Signals();
        for (String name : new String[] {"TERM", "INT", "HUP"}) {
            try {
                signals.handle(name);
            } catch (ReflectiveOperationException unavailable) {
                // The JVM or the system keeps this signal for itself: it then ends us as it would anyway.
                LOG.debug("SIG{} is not handled", name, unavailable);
            }
        }
        return signals;
    }

    private void handle(String name) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Object handler = Proxy.newProxyInstance(
                handlerType.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                    if (name.equals("HUP")) {
                        onHangup.run();
                    } else {
                        received("SIG" + name);
                    }
                    return null;
                });
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    }

    private void received(String name) {
        if (!stopped.complete(" by " + name)) {
            Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
        }
    }

    /** Calls {@code action} for each SIGHUP from now on, which then does not end anything. */
    void onHangup(Runnable action) {
        onHangup = action;
    }

    /** Ends the wait, as a signal would. */
    void stop(String cause) {
        stopped.complete(cause);
    }

    /** Waits for the first reason to stop; says which. */
    String await() throws InterruptedException {
        try {
            return stopped.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
