package cc.accu.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.sink.Durability;
import cc.accu.server.sink.Sink;
import cc.accu.server.sink.SinkClosedException;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutletTest {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final ServerObserver observer = new ServerObserver() {
        @Override
        public void sinkStalled(String sink) {
            told.add(sink + " stalled");
        }

        @Override
        public void sinkResumed(String sink) {
            told.add(sink + " resumed");
        }

        @Override
        public void sinkFailed(String sink, Throwable failure) {
            told.add(sink + " failed: " + failure.getMessage());
        }
    };

    private Optional<String> held = Optional.empty();
    private final CompletableFuture<Void> stored = new CompletableFuture<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final Outlet outlet = new Outlet(sink(), observer, failures::incrementAndGet);

    @Test
    void isGoodWhileNothingWaits() {
        assertThat(outlet.state().health()).isEqualTo(SinkState.Health.GOOD);
        assertThat(outlet.state().sink()).isEqualTo("memory");
    }

    @Test
    void isSlowWhenNothingIsStoredForSecondsAndGoodWhenItGoesOn() {
        outlet.accept(batch(), failure -> {});
        assertThat(outlet.state().waitingMessages()).isEqualTo(3);
        awaitHealth(SinkState.Health.SLOW);
        assertThat(outlet.held()).contains("no-progress");
        stored.complete(null);
        assertThat(outlet.held()).isEmpty();
        awaitHealth(SinkState.Health.GOOD);
        assertThat(outlet.state().waitingMessages()).isZero();
        assertThat(told).containsExactly("memory stalled", "memory resumed");
        outlet.close();
    }

    @Test
    void saysOnceThatAndWhyItHasFailed() {
        outlet.accept(batch(), failure -> {});
        stored.completeExceptionally(new IOException("disk on fire"));
        outlet.accept(batch(), failure -> {});
        assertThat(outlet.state().health()).isEqualTo(SinkState.Health.FAILED);
        assertThat(outlet.state().problem()).contains("disk on fire");
        assertThat(told).containsExactly("memory failed: disk on fire");
        outlet.close();
    }

    @Test
    void takesWhatASinkThrowsOrANullForItsFailure() {
        List<Sink> broken = List.of(
                throwing(() -> {
                    throw new IllegalStateException("no such luck");
                }),
                throwing(() -> {
                    throw new StackOverflowError("deep");
                }),
                throwing(() -> null));
        for (Sink sink : broken) {
            Outlet border = new Outlet(sink, observer, failures::incrementAndGet);
            int before = failures.get();
            LineBatch first = batch();
            LineBatch second = batch();
            List<Boolean> stored = new ArrayList<>();
            border.accept(first, failure -> stored.add(failure == null));
            border.accept(second, failure -> stored.add(failure == null));
            assertThat(stored).containsExactly(false, false);
            assertThat(border.state().health()).isEqualTo(SinkState.Health.FAILED);
            assertThat(border.state().waitingMessages()).isZero();
            assertThat(failures).hasValue(before + 1);
            assertThat(second.lines().refCnt()).isZero();
            border.flush();
            border.reopen();
            border.close();
        }
    }

    @Test
    void saysWhatHoldsItUntilItHasFailed() {
        held = Optional.of("no-space");
        assertThat(outlet.held()).contains("no-space");
        assertThat(outlet.state().health()).isEqualTo(SinkState.Health.HELD);
        outlet.accept(batch(), failure -> {});
        stored.completeExceptionally(new IOException("disk on fire"));
        assertThat(outlet.held()).isEmpty();
        outlet.close();
    }

    @Test
    void doesNotTakeAClosedSinkForAFailedOne() {
        List<@Nullable Throwable> settled = new ArrayList<>();
        outlet.accept(batch(), settled::add);
        outlet.close();
        stored.completeExceptionally(new SinkClosedException("no time left"));
        assertThat(outlet.hasFailed()).isFalse();
        assertThat(settled).isEmpty();
        assertThat(told).isEmpty();
    }

    private static Sink throwing(Supplier<@Nullable CompletionStage<Void>> accept) {
        return new Sink() {
            @Override
            @SuppressWarnings("NullAway") // what a program without null checks may do
            public CompletionStage<Void> accept(LineBatch batch) {
                return accept.get();
            }

            @Override
            public void flush() {
                throw new IllegalStateException("flush");
            }

            @Override
            public void reopen() {
                throw new IllegalStateException("reopen");
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public void close() {
                throw new IllegalStateException("close");
            }
        };
    }

    private void awaitHealth(SinkState.Health health) {
        await().atMost(Duration.ofSeconds(12)).until(() -> outlet.state().health() == health);
    }

    private static LineBatch batch() {
        return LineBatch.of(Unpooled.copiedBuffer("a\nb\nc\n", UTF_8), 3, Origin.of("tcp :1", "peer"), 1, 0);
    }

    private Sink sink() {
        return new Sink() {
            @Override
            public CompletionStage<Void> accept(LineBatch batch) {
                batch.close();
                return stored;
            }

            @Override
            public Durability durability() {
                return Durability.NONE;
            }

            @Override
            public Optional<String> held() {
                return held;
            }

            @Override
            public void close() {}

            @Override
            public String toString() {
                return "memory";
            }
        };
    }
}
