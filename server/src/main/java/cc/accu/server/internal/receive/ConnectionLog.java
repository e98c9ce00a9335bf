package cc.accu.server.internal.receive;

import cc.accu.internal.transport.ReadPausedException;
import cc.accu.internal.transport.Reason;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the connections of a server say in the log about their troubles: each kind at most every ten seconds. Any thread. */
public final class ConnectionLog {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLog.class);

    private final LogLimiter timeouts = new LogLimiter();
    private final LogLimiter longLines = new LogLimiter();
    private final LogLimiter endedLines = new LogLimiter();
    private final LogLimiter shortages = new LogLimiter();
    private final LogLimiter surprises = new LogLimiter();

    /** A deadline has passed. */
    public void timedOut(String peer) {
        timeouts.happened(
                times -> LOG.warn("{}: i/o timeout, connection closed ({} such since the last report)", peer, times));
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
        if (failure instanceof ReadPausedException) {
            return false;
        }
        if (failure instanceof IOException) {
            LOG.debug("{}: {}", peer, failure.getMessage());
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
        List.of(timeouts, longLines, endedLines, shortages, surprises).forEach(LogLimiter::tellRest);
    }
}
