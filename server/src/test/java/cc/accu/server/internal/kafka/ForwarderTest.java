package cc.accu.server.internal.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.line.Completion;
import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With producers that do what the test says. */
@Timeout(20)
class ForwarderTest {
    private static final KafkaAddress ADDRESS = KafkaAddress.parse("//127.0.0.1:9092/t", Optional.empty());

    /** What the client says of records that were sent together with a refused one. */
    private static KafkaException inBadCompany() {
        return new KafkaException(
                "Failed to append record because it was part of a batch which had one more more invalid records");
    }

    private final List<ScriptedProducer> producers = new ArrayList<>();
    private final MemoryStore refused = new MemoryStore();
    private final Forwarder forwarder = new Forwarder(
            ADDRESS, new ProducerSettings(ADDRESS, Map.of()), this::nextProducer, topic -> {}, refused, () -> {});

    private ScriptedProducer nextProducer() {
        producers.add(new ScriptedProducer());
        return producers.get(producers.size() - 1);
    }

    private ScriptedProducer producer(int number) {
        return producers.get(number);
    }

    private static final class ScriptedProducer extends MockProducer<byte[], byte[]> {
        ScriptedProducer() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        private int ended;
        private boolean mute;

        int pending() {
            return history().size() - ended;
        }

        /** Confirms the oldest that is not ended, and returns it. */
        String end() {
            completeNext();
            return sent().get(ended++);
        }

        void end(RuntimeException failure) {
            errorNext(failure);
            ended++;
        }

        List<String> sent() {
            return history().stream().map(ScriptedProducer::text).toList();
        }

        private static String text(ProducerRecord<byte[], byte[]> one) {
            return new String(one.value(), UTF_8);
        }

        /** As the real one does. */
        @Override
        public void close(Duration timeout) {
            while (!mute && errorNext(new KafkaException("Producer is closed forcefully."))) {
                ended++;
            }
            super.close(timeout);
        }
    }

    /** Dead letters, which are safe when the test says so. */
    private static final class MemoryStore implements DeadLetters.Store {
        final List<String> letters = new ArrayList<>();
        final List<Completion> waiting = new ArrayList<>();
        boolean closed;

        @Override
        public void accept(LineBatch line, Completion done) {
            letters.add(line.lines().toString(UTF_8));
            line.close();
            waiting.add(done);
        }

        @Override
        public Optional<String> held() {
            return Optional.empty();
        }

        @Override
        public String address() {
            return "file:/refused.log";
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private CompletableFuture<Void> send(String lines) {
        CompletableFuture<Void> stored = new CompletableFuture<>();
        forwarder.send(Batches.of(lines), failure -> {
            assertThat(stored).isNotDone();
            if (failure == null) {
                stored.complete(null);
            } else {
                stored.completeExceptionally(failure);
            }
        });
        return stored;
    }

    @Test
    void tellsWhenTheLastLineIsConfirmed() {
        CompletableFuture<Void> stored = send("a\nb\n");
        producer(0).completeNext();
        assertThat(stored).isNotDone();
        producer(0).completeNext();
        assertThat(stored).isCompleted();
    }

    /** A second request may be taken before the first, where a broker has nothing of the producer yet. */
    @Test
    void hasOneRequestUnderWayUnlessMoreAreWanted() {
        String name = "max.in.flight.requests.per.connection";
        assertThat(new ProducerSettings(ADDRESS, Map.of()).producer()).containsEntry(name, "1");
        assertThat(new ProducerSettings(ADDRESS, Map.of(name, "5")).producer()).containsEntry(name, "5");
    }

    @Test
    void saysOfLinesOutOfASpoolWhereTheyAreInIt() {
        forwarder.send(Batches.of("a\nb\n"), new SpoolMark("c0ffee", 41), failure -> {});
        producer(0).completeNext();
        producer(0).errorNext(new OutOfOrderSequenceException("lost"));
        forwarder.mend();
        assertThat(producer(0)
                        .history()
                        .get(0)
                        .headers()
                        .lastHeader("accu-spool")
                        .value())
                .asString(UTF_8)
                .isEqualTo("c0ffee");
        assertThat(producer(0)
                        .history()
                        .get(1)
                        .headers()
                        .lastHeader("accu-position")
                        .value())
                .asString(UTF_8)
                .isEqualTo("42");
        assertThat(producer(1)
                        .history()
                        .get(0)
                        .headers()
                        .lastHeader("accu-position")
                        .value())
                .asString(UTF_8)
                .isEqualTo("42");
        producer(1).completeNext();
    }

    @Test
    void sendsWhatIsNotConfirmedAgainInOrderWithANewProducer() {
        CompletableFuture<Void> first = send("a\nb\n");
        CompletableFuture<Void> second = send("c\nd\n");
        producer(0).completeNext();
        producer(0).errorNext(new OutOfOrderSequenceException("lost"));
        producer(0).completeNext();
        assertThat(forwarder.needsCare()).isTrue();
        forwarder.mend();
        assertThat(producer(0).closed()).isTrue();
        assertThat(producer(1).sent()).containsExactly("b", "d");
        producer(1).completeNext();
        assertThat(first).isCompleted();
        producer(1).completeNext();
        assertThat(second).isCompleted();
    }

    @Test
    void sendsNothingNewBeforeWhatIsSentAgain() {
        send("a\n");
        producer(0).errorNext(new OutOfOrderSequenceException("lost"));
        send("b\n");
        assertThat(producer(1).sent()).containsExactly("a", "b");
    }

    @Test
    void sendsAgainWhatWasSentTogetherWithARefusedLine() {
        CompletableFuture<Void> stored = send("a\nbad\nc\n");
        producer(0).errorNext(inBadCompany());
        producer(0).errorNext(new RecordTooLargeException("no"));
        producer(0).errorNext(inBadCompany());
        forwarder.mend();
        assertThat(producers).hasSize(1);
        assertThat(producer(0).sent()).containsExactly("a", "bad", "c", "a", "c");
        producer(0).completeNext();
        producer(0).completeNext();
        assertThat(refused.letters).hasSize(1).first().asString().contains("\"message\":\"bad\"", "RecordTooLarge: no");
        assertThat(stored).isNotDone();
        refused.waiting.get(0).settled(null);
        assertThat(stored).isCompleted();
    }

    @Test
    void holdsSendersWhileItIsNotAllowedToWrite() {
        CompletableFuture<Void> stored = send("a\n");
        producer(0).errorNext(new TopicAuthorizationException("t"));
        assertThat(forwarder.held()).contains("not-allowed");
        forwarder.mend();
        assertThat(producer(0).sent()).containsExactly("a", "a");
        assertThat(stored).isNotDone();
        producer(0).completeNext();
        assertThat(forwarder.held()).isEmpty();
        assertThat(stored).isCompleted();
    }

    @Test
    void failsWhenRefusedLinesCannotBeKept() {
        CompletableFuture<Void> stored = send("bad\n");
        CompletableFuture<Void> other = send("good\n");
        producer(0).errorNext(new RecordTooLargeException("no"));
        refused.waiting.get(0).settled(new IOException("disk broke"));
        assertThat(forwarder.failure()).isPresent();
        forwarder.mend();
        assertThat(stored).isCompletedExceptionally();
        assertThat(other).isCompletedExceptionally();
        forwarder.close();
        assertThat(refused.closed).isTrue();
    }

    /** What the client keeps for ever while nothing is wrong. */
    @Test
    void sendsByANewProducerWhatNothingBecomesOf() {
        AtomicBoolean inSync = new AtomicBoolean();
        Forwarder.TopicCheck check = new Forwarder.TopicCheck() {
            @Override
            public void look(String topic) {}

            @Override
            public boolean isInSync(String topic) {
                return inSync.get();
            }
        };
        Forwarder impatient = new Forwarder(
                ADDRESS,
                new ProducerSettings(ADDRESS, Map.of("request.timeout.ms", "20")),
                this::nextProducer,
                check,
                refused,
                () -> {});
        CompletableFuture<Void> stored = new CompletableFuture<>();
        impatient.send(Batches.of("a\n"), failure -> stored.complete(null));
        await().during(Duration.ofMillis(200)).until(() -> {
            impatient.mend();
            return producers.size() == 1;
        });
        inSync.set(true);
        await().until(() -> {
            impatient.mend();
            return producers.size() == 2;
        });
        assertThat(producer(1).sent()).containsExactly("a");
        assertThat(stored).isNotDone();
        producer(1).completeNext();
        assertThat(stored).isCompleted();
    }

    /** As one whose thread has died: it knows of no topic any more. */
    @Test
    void givesUpAProducerThatTakesNothingWhileNothingIsWrong() {
        Forwarder impatient = new Forwarder(
                ADDRESS,
                new ProducerSettings(ADDRESS, Map.of("request.timeout.ms", "20")),
                this::nextProducer,
                new Forwarder.TopicCheck() {
                    @Override
                    public void look(String topic) {}

                    @Override
                    public boolean isInSync(String topic) {
                        return true;
                    }
                },
                refused,
                () -> {});
        CompletableFuture<Void> stored = new CompletableFuture<>();
        impatient.send(Batches.of("a\n"), failure -> stored.complete(null));
        producer(0).sendException = new TimeoutException("not present in metadata");
        producer(0).errorNext(new TimeoutException("expired"));
        impatient.mend();
        assertThat(producer(1).sent()).containsExactly("a");
        producer(1).completeNext();
        assertThat(stored).isCompleted();
    }

    /** As one whose thread ran out of memory; what it says later all the same counts once. */
    @Test
    void abandonsAProducerThatDoesNotEvenEnd() {
        CompletableFuture<Void> stored = send("a\n");
        CompletableFuture<Void> other = send("b\n");
        producer(0).mute = true;
        producer(0).errorNext(new OutOfOrderSequenceException("lost"));
        forwarder.mend();
        assertThat(producer(1).sent()).containsExactly("a", "b");
        producer(0).completeNext();
        producer(1).completeNext();
        assertThat(stored).isCompleted();
        assertThat(other).isCompleted();
        producer(1).completeNext();
        assertThat(forwarder.needsCare()).isFalse();
    }

    /** However records end, each line is confirmed or set aside at last, and each batch is told of once. */
    @Test
    void losesNothingWhateverBecomesOfRecords() {
        for (long seed = 1; seed <= 200; seed++) {
            losesNothing(seed);
        }
    }

    private void losesNothing(long seed) {
        producers.clear();
        refused.letters.clear();
        refused.waiting.clear();
        Random random = new Random(seed);
        List<String> confirmed = new ArrayList<>();
        Forwarder one = new Forwarder(
                ADDRESS, new ProducerSettings(ADDRESS, Map.of()), this::nextProducer, topic -> {}, refused, () -> {});
        int[] told = new int[30];
        int lines = 0;
        for (int batch = 0; batch < told.length; batch++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(4); i >= 0; i--) {
                text.append(lines++).append('\n');
            }
            int number = batch;
            one.send(Batches.of(text.toString()), failure -> {
                assertThat(failure).isNull();
                told[number]++;
            });
            step(random, random.nextInt(6), confirmed);
            if (one.needsCare()) {
                step(random, Integer.MAX_VALUE, confirmed); // it waits until all is known
            }
        }
        for (int tries = 0; newest().pending() > 0 || one.needsCare(); tries++) {
            assertThat(tries).as("seed %s", seed).isLessThan(1000);
            step(random, Integer.MAX_VALUE, confirmed);
            one.mend();
        }
        refused.waiting.forEach(done -> done.settled(null));
        assertThat(told).as("seed %s", seed).containsOnly(1);
        assertThat(new TreeSet<>(confirmed)).hasSize(lines - refused.letters.size());
    }

    private ScriptedProducer newest() {
        return producers.get(producers.size() - 1);
    }

    /** Ends some of what the newest producer has, oldest first. */
    private void step(Random random, int records, List<String> confirmed) {
        ScriptedProducer newest = newest();
        for (int i = 0; i < records && newest.pending() > 0; i++) {
            switch (random.nextInt(12)) {
                case 0 -> newest.end(new OutOfOrderSequenceException("lost"));
                case 1 -> newest.end(inBadCompany());
                case 2 -> newest.end(new RecordTooLargeException("no"));
                default -> confirmed.add(newest.end());
            }
        }
    }
}
