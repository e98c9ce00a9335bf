package cc.accu.server.internal.receive;

import cc.accu.internal.text.Printable;
import cc.accu.internal.tls.TlsProblem;
import cc.accu.internal.transport.ReadBuffers;
import cc.accu.internal.transport.Reason;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.ChannelException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the connections of a server say in the log about their troubles: each kind at most every ten seconds. Any thread. */
public final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);

    private final Limiter timeouts = new Limiter();
    private final Limiter offences = new Limiter();
    private final Limiter longLines = new Limiter();
    private final Limiter endedLines = new Limiter();
    private final Limiter shortages = new Limiter();
    private final Limiter surprises = new Limiter();
    private final Map<Protocol, Limiter> protocols = new ConcurrentHashMap<>();

    /** A deadline has passed. */
    public void timedOut(String peer) {
        timeouts.happened(
                times -> LOG.warn("{}: i/o timeout, connection closed ({} such since the last report)", peer, times));
    }

    /** A sender did what is a reason to close its connection. */
    public void offended(String peer, String what) {
        offences.happened(
                times -> LOG.warn("{}: {}, connection closed ({} such since the last report)", peer, what, times));
    }

    /** A line was too long, and is not handed on. */
    public void dropped(String peer, long number, long bytes, int mostBytes) {
        longLines.happened(times -> LOG.warn(
                "{}: dropped line {} of {} bytes, longer than the longest line allowed ({} bytes; {} such since the last"
                        + " report)",
                peer,
                number,
                bytes,
                mostBytes,
                times));
    }

    /** An unfinished line was ended because others waited for its memory. */
    public void ended(String peer) {
        endedLines.happened(times -> LOG.warn(
                "{}: its unfinished line was ended: unfinished lines fill the buffer, and this sender was silent longest"
                        + " ({} such since the last report)",
                peer,
                times));
    }

    /** A sender speaks what is for another port, and its bytes are taken as lines. */
    public void speaks(String listener, String peer, Protocol protocol) {
        protocols
                .computeIfAbsent(protocol, first -> new Limiter())
                .happened(times -> LOG.warn(
                        "{}: {} {} ({} such since the last report)", listener, peer, protocol.advice(), times));
    }

    /** There was no memory to read into, and nothing is lost. */
    void paused(OutOfMemoryError failure, long millis) {
        shortages.happened(times -> LOG.warn(
                "no memory to read into ({}); reading pauses for {} ms ({} such since the last report)",
                Reason.describe(failure),
                millis,
                times));
    }

    /** Something failed on the way in; says whether the connection is to be closed for it. */
    public boolean failed(String peer, Throwable failure) {
        if (failure instanceof ReadBuffers.PausedException) {
            return false;
        }
        if (failure instanceof SSLException) {
            offended(peer, TlsProblem.describe(failure));
            return true;
        }
        if (failure instanceof IOException) {
            LOG.debug("{}: {}", peer, Printable.line(String.valueOf(failure.getMessage())));
            return false;
        }
        if (failure instanceof ChannelException && failure.getCause() instanceof IOException) {
            LOG.debug("{}: connection closed", peer, failure); // a system call of the native transport
        } else if (failure instanceof OutOfMemoryError) {
            shortages.happened(times -> LOG.warn(
                    "{}: no memory for what was read ({}), connection closed ({} such since the last report)",
                    peer,
                    Reason.describe(failure),
                    times));
        } else {
            surprises.happened(times -> LOG.error(
                    "{}: unexpected failure, connection closed ({} such since the last report)", peer, times, failure));
        }
        return true;
    }

    /** Tells what was held back. */
    public void tellRest() {
        protocols.values().forEach(Limiter::tellRest);
        List.of(timeouts, offences, longLines, endedLines, shortages, surprises).forEach(Limiter::tellRest);
    }

    /**
     * Lets a log line through at most every ten seconds, and tells it how often its cause happened since. What is held back is
     * told at the end of that time, or by {@link #tellRest}. Any thread.
     */
    static final class Limiter {
        private static final Duration PERIOD = Duration.ofSeconds(10);

        private final long periodNanos;

        @GuardedBy("this")
        private long times;

        @GuardedBy("this")
        private long nextAt = System.nanoTime();

        @GuardedBy("this")
        private @Nullable LongConsumer latest;

        @GuardedBy("this")
        private @Nullable Future<?> report;

        Limiter() {
            this(PERIOD);
        }

        Limiter(Duration period) {
            this.periodNanos = period.toNanos();
        }

        /** Counts one time; calls {@code log} with all times since the last report, now or when it is due. */
        void happened(LongConsumer log) {
            synchronized (this) {
                times++;
                latest = log;
                long wait = nextAt - System.nanoTime();
                if (wait > 0) {
                    if (report == null) {
                        report = GlobalEventExecutor.INSTANCE.schedule(this::tellRest, wait, TimeUnit.NANOSECONDS);
                    }
                    return;
                }
            }
            tellRest();
        }

        /** Tells now what was held back. */
        void tellRest() {
            LongConsumer log;
            long counted;
            synchronized (this) {
                if (report != null) {
                    report.cancel(false); // it would keep its thread, and with it the process
                    report = null;
                }
                log = latest;
                counted = times;
                latest = null;
                times = 0;
                nextAt = System.nanoTime() + periodNanos;
            }
            if (log != null) {
                log.accept(counted);
            }
        }
    }
}
