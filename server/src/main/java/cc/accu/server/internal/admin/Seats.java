package cc.accu.server.internal.admin;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who is connected. When all seats are taken, whoever has waited longest since the last answer makes room: so a probe is
 * always answered, whatever others do. Those who follow messages keep their seats, of which half are for them at most.
 * Event-loop confined.
 */
final class Seats {
    private final int most;

    /** Who was answered longest ago comes first. */
    private final Set<Channel> askers = new LinkedHashSet<>();

    private final Set<Channel> followers = new LinkedHashSet<>();

    Seats(int most) {
        this.most = most;
    }

    /** One more, until it is closed. */
    void take(Channel channel) {
        askers.add(channel);
        channel.closeFuture().addListener(closed -> {
            askers.remove(channel);
            followers.remove(channel);
        });
        if (taken() > most) {
            Iterator<Channel> longest = askers.iterator();
            Channel out = longest.next();
            longest.remove();
            out.close();
        }
    }

    /** How many are connected. */
    int taken() {
        return askers.size() + followers.size();
    }

    /** It has asked, and is answered. */
    void answered(Channel channel) {
        if (askers.remove(channel)) {
            askers.add(channel);
        }
    }

    /** Whether it may stay, and follow. */
    boolean mayFollow(Channel channel) {
        if (followers.size() >= most / 2 || !askers.remove(channel)) {
            return false;
        }
        followers.add(channel);
        return true;
    }
}
