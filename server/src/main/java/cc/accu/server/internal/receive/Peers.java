package cc.accu.server.internal.receive;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of each peer of one listener have in common: how many they may be, and their rate. A peer without
 * connections is forgotten, but not before it makes no difference to its rate. Any thread.
 */
public final class Peers {
    private final int mostConnections;
    private final Supplier<SendRate> rates;
    private final boolean limited;
    private final Map<String, Peer> peers = new ConcurrentHashMap<>();

    /** Changed while the map holds its entry. */
    private static final class Peer {
        private final SendRate rate;
        private int connections;

        Peer(SendRate rate) {
            this.rate = rate;
        }
    }

    /**
     * @param rates gives each peer its own
     */
    public Peers(int mostConnections, Supplier<SendRate> rates) {
        this.mostConnections = mostConnections;
        this.rates = rates;
        this.limited = mostConnections < Integer.MAX_VALUE || rates.get().isLimited();
    }

    /** Whether it makes a difference who has connected. */
    public boolean areLimited() {
        return limited;
    }

    /** How many connections each may have. */
    int mostConnections() {
        return mostConnections;
    }

    /** How many it remembers. */
    int count() {
        return peers.size();
    }

    /** One more connection of {@code host}, until {@code channel} closes; the rate of that peer, or none if there are too many. */
    Optional<SendRate> admit(String host, Channel channel) {
        Admission admission = new Admission();
        peers.compute(host, (name, known) -> {
            Peer peer = known == null ? new Peer(rates.get()) : known;
            if (peer.connections < mostConnections) {
                peer.connections++;
                admission.rate = peer.rate;
            }
            return peer;
        });
        if (admission.rate != null) {
            channel.closeFuture().addListener(closed -> leave(host, channel));
        }
        return Optional.ofNullable(admission.rate);
    }

    private static final class Admission {
        private @Nullable SendRate rate;
    }

    private void leave(String host, Channel channel) {
        peers.computeIfPresent(host, (name, peer) -> {
            peer.connections--;
            return forgettable(name, peer, channel);
        });
    }

    private @Nullable Peer forgettable(String host, Peer peer, Channel channel) {
        if (peer.connections > 0) {
            return peer;
        }
        long nanos = peer.rate.nanosUntilForgotten();
        if (nanos <= 0) {
            return null;
        }
        if (!channel.eventLoop().isShuttingDown()) {
            channel.eventLoop()
                    .schedule(
                            () -> peers.computeIfPresent(host, (name, later) -> forgettable(name, later, channel)),
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
        return peer;
    }
}
