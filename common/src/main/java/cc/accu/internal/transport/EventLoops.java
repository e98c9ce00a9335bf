package cc.accu.internal.transport;

import cc.accu.internal.process.BusyPoll;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.Version;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of one server or client, made when a transport first needs them: transports that use the same
 * system interface share them. Any thread.
 */
public final class EventLoops implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);
    /** Netty 4.1 has nothing of that name. */
    private static final String ONLY_IN_OUR_NETTY = "io.netty.channel.IoHandlerFactory";

    private static final Duration DEFAULT_STOP = Duration.ofSeconds(5);

    /** Loops of a server that listens on both TCP and Unix sockets, which are driven by different system interfaces. */
    static final int MOST_FOR_EACH_PROCESSOR = 2;

    private final int threads;
    private final ThreadFactory threadFactory;

    @GuardedBy("this")
    private final Map<SocketIo, EventLoopGroup> groups = new EnumMap<>(SocketIo.class);

    private final Map<ThreadAwareExecutor, BusyPoll> polls = new ConcurrentHashMap<>();
    private final Map<ThreadAwareExecutor, IoHandler> handlers = new ConcurrentHashMap<>();

    private EventLoops(String name, int threads, boolean daemon) {
        checkNetty();
        AtomicInteger count = new AtomicInteger();
        this.threads = threads;
        this.threadFactory = work -> {
            Thread thread = new FastThreadLocalThread(work, name + "-" + count.incrementAndGet());
            thread.setDaemon(daemon);
            return thread;
        };
    }

    /**
     * Loops that keep the process running, {@code threads} for each system interface in use. Throws an
     * {@link IllegalStateException} where the program has another Netty.
     */
    public static EventLoops named(String name, int threads) {
        return new EventLoops(name, threads, false);
    }

    /** One loop that does not keep the process running. */
    public static EventLoops daemon(String name) {
        return new EventLoops(name, 1, true);
    }

    /** Throws an {@link IllegalStateException} where a program brings another Netty than ours, as Spring Boot 3 does. */
    private static void checkNetty() {
        ClassLoader loader = EventLoops.class.getClassLoader();
        try {
            Class.forName(ONLY_IN_OUR_NETTY, false, loader);
        } catch (ClassNotFoundException another) {
            Version transport = Version.identify(loader).get("netty-transport");
            throw new IllegalStateException(
                    "accu needs Netty 4.2, and this program has "
                            + (transport == null ? "another one" : transport.artifactVersion())
                            + ": set netty.version to 4.2.x",
                    another);
        }
    }

    /**
     * Gives a loop a task. One that the system could not wake has it all the same, and does it with its next event; one that
     * has ended does nothing any more. Any thread.
     */
    public static void execute(Executor loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (ChannelException notWoken) {
            LOG.debug("an event loop could not be woken", notWoken);
        } catch (RejectedExecutionException ended) {
            LOG.debug("an event loop has ended", ended);
        }
    }

    /** Throws a {@link ChannelException} where the system does not give what a loop needs. */
    synchronized EventLoopGroup of(SocketIo io) {
        return groups.computeIfAbsent(io, kind -> {
            try {
                return new MultiThreadIoEventLoopGroup(threads, threadFactory, loop -> handler(kind, loop));
            } catch (IllegalStateException failed) {
                throw new ChannelException("cannot make an event loop", failed.getCause());
            }
        });
    }

    private IoHandler handler(SocketIo io, ThreadAwareExecutor loop) {
        BusyPoll poll = polls.computeIfAbsent(loop, made -> new BusyPoll());
        IoHandler handler = io.handlers(() -> new LoopWait(poll)).newHandler(loop);
        handlers.put(loop, handler);
        return handler;
    }

    /** To begin on that loop, one of these, when what it waits for may come soon. Any thread. */
    public BusyPoll busyPollOf(EventExecutor loop) {
        BusyPoll poll = polls.get(loop);
        if (poll == null) {
            throw new IllegalArgumentException("not one of these event loops: " + loop);
        }
        return poll;
    }

    /** Whether the calling thread is one of these loops. */
    public boolean areOfCurrentThread() {
        for (EventLoopGroup group : made()) {
            for (EventExecutor loop : group) {
                if (loop.inEventLoop()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether all of them do a task that they are given now within that time. Blocking, no longer than that. */
    public boolean doTheirWork(Duration most) throws InterruptedException {
        List<EventExecutor> all = new ArrayList<>();
        made().forEach(group -> group.forEach(all::add));
        CountDownLatch done = new CountDownLatch(all.size());
        all.forEach(loop -> execute(loop, done::countDown));
        return done.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized List<EventLoopGroup> made() {
        return List.copyOf(groups.values());
    }

    @Override
    public void close() {
        close(DEFAULT_STOP);
    }

    /**
     * Closes what is still connected, stops the loops without a quiet period, and waits for that, at most so long; says
     * whether they have stopped. Listeners are to be closed before.
     */
    public boolean close(Duration most) {
        long deadline = System.nanoTime() + most.toNanos();
        List<EventLoopGroup> all = made();
        // Netty leaves that out when it is told to stop between its look at the sockets and its last look at the tasks.
        handlers.forEach((loop, handler) -> execute(loop, handler::prepareToDestroy));
        all.forEach(group -> group.shutdownGracefully(0, most.toNanos(), TimeUnit.NANOSECONDS));
        boolean stopped = true;
        for (EventLoopGroup group : all) {
            stopped &= group.terminationFuture()
                    .awaitUninterruptibly(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        return stopped;
    }
}
