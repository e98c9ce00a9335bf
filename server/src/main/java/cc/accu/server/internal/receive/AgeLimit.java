package cc.accu.server.internal.receive;

import cc.accu.internal.tls.CloseNotify;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ends a connection that has become old, between two lines. A sender that is acknowledged loses nothing: it is told at the
 * first end of a line. A plain one can only be shown that we are through: our side is closed, and what comes is taken on; it
 * ends once the sender was silent for a moment, a second later at the earliest. Who does not come to the end of a line, or
 * is not silent, is ended ten seconds later wherever it is. Event-loop confined.
 */
public final class AgeLimit {
    /** Not all at the same time, who have come at the same time. */
    private static final double LEAST_PART = 0.9;

    private static final long LOOK_MILLIS = 20;
    private static final long NOTICE_MILLIS = 1000;
    private static final long PATIENCE_MILLIS = 10_000;

    private final Channel channel;
    private final ReadGate gate;
    private final BooleanSupplier isPlain;
    private final Runnable end;
    private long since;

    /**
     * @param isPlain whether the sender is not acknowledged
     * @param end called once, unless the channel closes before
     */
    public AgeLimit(Channel channel, ReadGate gate, BooleanSupplier isPlain, Runnable end) {
        this.channel = channel;
        this.gate = gate;
        this.isPlain = isPlain;
        this.end = end;
    }

    /** To be called once: it gets no older than {@code age} from now before it is asked to end. */
    public void begin(Duration age) {
        double part =
                LEAST_PART + (1 - LEAST_PART) * ThreadLocalRandom.current().nextDouble();
        var old = channel.eventLoop().schedule(this::isOld, (long) (age.toNanos() * part), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> old.cancel(false));
    }

    private void isOld() {
        if (isPlain.getAsBoolean() && channel.isActive()) {
            CloseNotify.endOutput(channel);
        }
        since = millis();
        look();
    }

    private void look() {
        if (!channel.isActive()) {
            return;
        }
        long waited = millis() - since;
        if (waited > PATIENCE_MILLIS || (!gate.input().inLine() && (!isPlain.getAsBoolean() || isQuietAfter(waited)))) {
            end.run();
        } else {
            channel.eventLoop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean isQuietAfter(long waitedMillis) {
        long silentMillis = System.currentTimeMillis() - gate.input().lastReadMillis();
        return waitedMillis > NOTICE_MILLIS && gate.isOpen() && silentMillis >= LOOK_MILLIS;
    }

    private static long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
