package cc.accu.server;

import cc.accu.server.internal.receive.SendRate;

/**
 * How much may come in a second. What comes faster is read later: nothing is dropped, and the sender feels it as a connection
 * that takes no more. After a pause, a second's worth may come at once.
 *
 * @param linesPerSecond at most, {@link Long#MAX_VALUE} for no limit
 * @param bytesPerSecond at most, {@link Long#MAX_VALUE} for no limit
 */
public record RateLimit(long linesPerSecond, long bytesPerSecond) {
    /** As fast as it comes. */
    public static final RateLimit NONE = new RateLimit(SendRate.UNLIMITED, SendRate.UNLIMITED);

    public RateLimit {
        if (linesPerSecond < 1 || bytesPerSecond < 1) {
            throw new IllegalArgumentException(
                    "a rate must be at least 1 a second, not " + Math.min(linesPerSecond, bytesPerSecond));
        }
    }

    public RateLimit withLines(long perSecond) {
        return new RateLimit(perSecond, bytesPerSecond);
    }

    public RateLimit withBytes(long perSecond) {
        return new RateLimit(linesPerSecond, perSecond);
    }

    SendRate newRate() {
        return new SendRate(linesPerSecond, bytesPerSecond);
    }
}
