package cc.accu.server.internal.receive;

import java.util.Optional;
import java.util.function.LongSupplier;

/** What one connection, or all of a peer, may bring: lines and bytes a second. Any thread. */
public final class SendRate {
    /** As many as there is a number for: no limit. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final Optional<TokenBucket> lines;
    private final Optional<TokenBucket> bytes;

    public SendRate(long linesPerSecond, long bytesPerSecond) {
        this(linesPerSecond, bytesPerSecond, System::nanoTime);
    }

    SendRate(long linesPerSecond, long bytesPerSecond, LongSupplier clock) {
        this.lines = bucket(linesPerSecond, clock);
        this.bytes = bucket(bytesPerSecond, clock);
    }

    private static Optional<TokenBucket> bucket(long perSecond, LongSupplier clock) {
        return perSecond == UNLIMITED ? Optional.empty() : Optional.of(new TokenBucket(perSecond, clock));
    }

    /** Whether it limits anything. */
    public boolean isLimited() {
        return lines.isPresent() || bytes.isPresent();
    }

    Optional<TokenBucket> lines() {
        return lines;
    }

    Optional<TokenBucket> bytes() {
        return bytes;
    }

    /** How long until it is as if nothing had come for long; nothing, or less, if it is. */
    long nanosUntilForgotten() {
        return Math.max(
                lines.map(TokenBucket::nanosUntilFull).orElse(0L),
                bytes.map(TokenBucket::nanosUntilFull).orElse(0L));
    }
}
