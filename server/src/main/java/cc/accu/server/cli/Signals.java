package cc.accu.server.cli;

import com.google.errorprone.annotations.Keep;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.invoke.LambdaConversionException;
import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What ends the command: the first signal asks it to drain, a later one ends the process at once. One that comes within a
 * second is the first sent twice, as by wrappers that signal a process and its group. With files to reopen, SIGHUP asks
 * for that, and ends nothing; SIGUSR1 asks for a report. To be installed before all else: what comes during a start is not lost. A shutdown hook could
 * neither end with exit code 0 nor see a second signal. The JVM leaves alone what was ignored when it started, as SIGHUP
 * under nohup.
 *
 * <p>Uses {@code sun.misc.Signal}, of the supported module jdk.unsupported, by reflection: the compiler's warning about
 * it cannot be turned off.
 */
final class Signals {
    /** Those that would end a process, and that the JVM does not use itself. */
    private static final String[] ENDING = {"TERM", "INT", "HUP", "ALRM", "VTALRM", "PWR", "STKFLT", "IO"};

    private static final String REPORTING = "USR1";
    private static final int ENDED_BY_SIGNAL = 1;
    private static final long SAME_SIGNAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<String> err;
    private final CompletableFuture<String> stopped = new CompletableFuture<>();

    @GuardedBy("this")
    private long firstAtNanos;

    @GuardedBy("this")
    private boolean signalled;

    @GuardedBy("this")
    private Hangup hangup = Hangup.UNDECIDED;

    @GuardedBy("this")
    private boolean hungUp;

    @GuardedBy("this")
    private @Nullable Thread starter;

    @GuardedBy("this")
    private Runnable reopening = () -> {};

    private volatile Runnable reporting = () -> {};
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
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method handle = signalType.getMethod("handle", signalType, handlerType);
            Object handler = signals.handler(signalType, handlerType);
            for (String name : ENDING) {
                handle(signalType.getConstructor(String.class), name, handle, handler);
            }
            handle(signalType.getConstructor(String.class), REPORTING, handle, handler);
        } catch (ReflectiveOperationException | LambdaConversionException unavailable) {
            // A JVM without this class: every signal ends us, as it would anyway.
        }
        return signals;
    }

    /** What the compiler makes of a lambda: a proxy does the same, and takes each start some 20 ms more. */
    private Object handler(Class<?> signalType, Class<?> handlerType)
            throws ReflectiveOperationException, LambdaConversionException {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType takesSignal = MethodType.methodType(void.class, signalType);
        MethodHandle taken =
                lookup.findVirtual(Signals.class, "taken", MethodType.methodType(void.class, Object.class));
        MethodHandle maker = LambdaMetafactory.metafactory(
                        lookup,
                        "handle",
                        MethodType.methodType(handlerType, Signals.class),
                        takesSignal,
                        taken,
                        takesSignal)
                .getTarget();
        try {
            return maker.invoke(this);
        } catch (Throwable impossible) {
            throw new ReflectiveOperationException(impossible);
        }
    }

    private static void handle(Constructor<?> signal, String name, Method handle, Object handler)
            throws ReflectiveOperationException {
        try {
            handle.invoke(null, signal.newInstance(name), handler);
        } catch (InvocationTargetException unavailable) {
            // The JVM or the system keeps this signal for itself: it then ends us as it would anyway.
        }
    }

    @Keep
    private void taken(Object signal) {
        String name = signal.toString();
        if (name.equals("SIGHUP")) {
            hangUp();
        } else if (name.equals("SIG" + REPORTING)) {
            reporting.run();
        } else {
            received(name);
        }
    }

    private synchronized void hangUp() {
        switch (hangup) {
            case UNDECIDED -> hungUp = true;
            case STOPS -> received("SIGHUP");
            case REOPENS -> {
                hungUp = true;
                reopening.run();
            }
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

    /** Calls {@code action} for each SIGUSR1, on a thread of the JVM's. */
    void onReport(Runnable action) {
        reporting = action;
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
