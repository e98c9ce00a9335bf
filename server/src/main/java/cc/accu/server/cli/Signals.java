package cc.accu.server.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What ends the command: the first signal asks it to drain, a later one ends the process at once. One that comes within a
 * second is the first sent twice, as by wrappers that signal a process and its group. With files to reopen, SIGHUP asks
 * for that, and ends nothing. To be installed before all else: what comes during a start is not lost. A shutdown hook could
 * neither end with exit code 0 nor see a second signal. The JVM leaves alone what was ignored when it started, as SIGHUP
 * under nohup.
 *
 * <p>Uses {@code sun.misc.Signal}, of the supported module jdk.unsupported, by reflection: the compiler's warning about
 * it cannot be turned off.
 */
final class Signals {
    /** Those that would end a process, and that the JVM does not use itself. */
    private static final String[] ENDING = {"TERM", "INT", "HUP", "USR1", "ALRM", "VTALRM", "PWR", "STKFLT", "IO"};

    private static final int ENDED_BY_SIGNAL = 1;
    private static final long SAME_SIGNAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<String> err;
    private final CompletableFuture<String> stopped = new CompletableFuture<>();

    /** Guarded by this. */
    private long firstAtNanos;

    private boolean signalled;
    private Hangup hangup = Hangup.UNDECIDED;
    private boolean hungUp;
    private @Nullable Thread starter;
    private Runnable reopening = () -> hungUp = true;
    private volatile Supplier<String> lastWords = () -> "nothing was received";

    /** What SIGHUP means. */
    private enum Hangup {
        UNDECIDED,
        STOPS,
        REOPENS
    }

    private Signals(Consumer<String> err) {
        this.err = err;
    }

    /**
     * Takes the signals of the process.
     *
     * @param err says a line to the user
     */
    static Signals install(Consumer<String> err) {
        Signals signals = new Signals(err);
        for (String name : ENDING) {
            try {
                signals.handle(name);
            } catch (ReflectiveOperationException unavailable) {
                // The JVM or the system keeps this signal for itself: it then ends us as it would anyway.
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
                        hangUp();
                    } else {
                        received("SIG" + name);
                    }
                    return null;
                });
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    }

    private synchronized void hangUp() {
        switch (hangup) {
            case UNDECIDED -> hungUp = true;
            case STOPS -> received("SIGHUP");
            case REOPENS -> reopening.run();
        }
    }

    private synchronized void received(String name) {
        long now = System.nanoTime();
        if (!signalled) {
            signalled = true;
            firstAtNanos = now;
            stop(" by " + name);
            if (starter != null) {
                starter.interrupt();
            }
        } else if (now - firstAtNanos < SAME_SIGNAL_NANOS) {
            err.accept(name + " within a second of the first signal: taken for the same one sent twice, and ignored");
        } else {
            err.accept("stopped at once by a second signal, " + name + ": " + lastWords.get());
            Runtime.getRuntime().halt(ENDED_BY_SIGNAL);
        }
    }

    /** From now on SIGHUP asks for reopening files, or to stop. One that came before counts now. */
    synchronized void hangupMeans(boolean reopening) {
        hangup = reopening ? Hangup.REOPENS : Hangup.STOPS;
        if (!reopening && hungUp) {
            received("SIGHUP");
        }
    }

    /** The calling thread starts what is to be stopped: it is interrupted by the first signal. */
    synchronized void starting() {
        starter = Thread.currentThread();
        if (signalled) {
            starter.interrupt();
        }
    }

    /**
     * The start has ended: the calling thread is interrupted no more.
     *
     * @param words what to say of it when it is ended at once
     */
    synchronized void started(Supplier<String> words) {
        starter = null;
        lastWords = words;
        Thread.interrupted(); // a signal was meant, and is not forgotten
    }

    /** Calls {@code action} for each SIGHUP, if that is what it means; now, if there was one during the start. */
    synchronized void onHangup(Runnable action) {
        reopening = action;
        if (hungUp && hangup == Hangup.REOPENS) {
            hungUp = false;
            action.run();
        }
    }

    /** Ends the wait, as a signal would. */
    void stop(String cause) {
        stopped.complete(cause);
    }

    /** Whether there is a reason to stop. */
    boolean isStopped() {
        return stopped.isDone();
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
