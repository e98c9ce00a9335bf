package cc.accu.client.cli;

import cc.accu.client.LineClient;
import cc.accu.client.LineTooLongException;
import cc.accu.transport.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Sends lines over several connections, one line to each in turn. One thread. */
final class RoundRobin implements Closeable {
    private final List<LineClient> clients;
    private final AtomicReference<@Nullable LineTooLongException> firstRefused = new AtomicReference<>();
    private int turn;

    private RoundRobin(List<LineClient> clients) {
        this.clients = clients;
    }

    /** Makes all the connections, or none, each to the first endpoint that it can reach. */
    static RoundRobin connect(LineClient.Builder builder, Endpoint endpoint, List<Endpoint> others, int connections)
            throws IOException {
        RoundRobin all = new RoundRobin(new ArrayList<>());
        boolean complete = false;
        try {
            while (all.clients.size() < connections) {
                all.clients.add(builder.connect(endpoint, others.toArray(Endpoint[]::new)));
            }
            complete = true;
            return all;
        } finally {
            if (!complete) {
                all.close();
            }
        }
    }

    /**
     * Sends all of {@code input}, and returns when it is delivered.
     *
     * @param linesPerSecond 0 for no limit
     */
    void sendAll(LineSource input, double linesPerSecond) throws IOException, InterruptedException {
        Pace pace = Pace.of(linesPerSecond);
        try (Progress progress = new Progress(input.expectedBytes())) {
            for (ByteBuffer lines = input.next(); lines.hasRemaining(); lines = input.next()) {
                while (lines.hasRemaining()) {
                    ByteBuffer due = pace.next(lines);
                    progress.add(due.remaining());
                    distribute(due);
                }
            }
            for (LineClient client : clients) {
                progress.await(client.flush());
            }
        } catch (ExecutionException failed) {
            throw ofOne(ioException(failed));
        }
    }

    /** Its numbers are those of one connection. */
    private IOException ofOne(IOException failure) {
        return clients.size() == 1
                ? failure
                : new IOException("one of " + clients.size() + " connections: " + failure.getMessage(), failure);
    }

    private void distribute(ByteBuffer lines) throws ExecutionException, InterruptedException {
        if (clients.size() == 1) {
            send(clients.get(0), lines);
            return;
        }
        List<ByteArrayOutputStream> hands = new ArrayList<>();
        clients.forEach(client -> hands.add(new ByteArrayOutputStream()));
        while (lines.hasRemaining()) {
            byte value = lines.get();
            hands.get(turn).write(value);
            if (value == '\n') {
                turn = (turn + 1) % hands.size();
            }
        }
        for (int i = 0; i < hands.size(); i++) {
            if (hands.get(i).size() > 0) {
                send(clients.get(i), ByteBuffer.wrap(hands.get(i).toByteArray()));
            }
        }
    }

    private void send(LineClient client, ByteBuffer lines) throws ExecutionException, InterruptedException {
        boolean whole = lines.get(lines.limit() - 1) == '\n';
        throwIfFailed(whole ? client.sendLines(lines) : client.sendPart(lines));
    }

    /** A line that is too long for the server does not keep the others back: it is told at the end. */
    private void throwIfFailed(CompletableFuture<Void> sent) throws ExecutionException, InterruptedException {
        if (!sent.isDone()) {
            sent.whenComplete((delivered, failure) -> note(failure));
            return;
        }
        try {
            sent.get();
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof LineTooLongException)) {
                throw failed;
            }
            note(failed.getCause());
        }
    }

    private void note(@Nullable Throwable failure) {
        if (failure instanceof LineTooLongException tooLong) {
            firstRefused.compareAndSet(null, tooLong);
        }
    }

    /** Throws if a line was too long for its server. */
    void throwIfRefused() throws IOException {
        LineTooLongException refused = firstRefused.get();
        if (refused != null) {
            throw new IOException(
                    refused.getMessage() + ": " + messagesAcknowledged() + " of " + messagesSent()
                            + " messages were acknowledged",
                    refused);
        }
    }

    /** Waits until all that was sent so far is delivered, or for so long. Any thread. */
    void awaitFlushed(Duration most) {
        CompletableFuture<?>[] flushed = clients.stream().map(LineClient::flush).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(flushed)
                .exceptionally(failed -> null)
                .completeOnTimeout(null, most.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** One for each connection. */
    List<LineClient> clients() {
        return List.copyOf(clients);
    }

    /** The longest line that all the servers take; none without acknowledgements. */
    OptionalLong maxLineBytes() {
        return clients.stream()
                .map(LineClient::maxLineBytes)
                .flatMapToLong(OptionalLong::stream)
                .min();
    }

    long messagesSent() {
        return clients.stream().mapToLong(LineClient::messagesSent).sum();
    }

    long messagesWritten() {
        return clients.stream().mapToLong(LineClient::messagesWritten).sum();
    }

    long messagesAcknowledged() {
        return clients.stream().mapToLong(LineClient::messagesAcknowledged).sum();
    }

    /** Closes all connections at the same time: a server may let each wait. */
    @Override
    public void close() throws IOException {
        ExecutorService closers = Executors.newFixedThreadPool(Math.max(1, clients.size()));
        try {
            List<Future<?>> closing = new ArrayList<>();
            for (LineClient client : clients) {
                closing.add(closers.submit(() -> {
                    client.close();
                    return null;
                }));
            }
            awaitAll(closing);
        } finally {
            closers.shutdown();
        }
    }

    private void awaitAll(List<Future<?>> closing) throws IOException {
        IOException first = null;
        for (Future<?> one : closing) {
            try {
                one.get();
            } catch (ExecutionException failed) {
                first = first == null ? ioException(failed) : first;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while closing", interrupted);
            }
        }
        if (first != null) {
            throw ofOne(first);
        }
    }

    /** What failed; a mistake of ours is thrown as it is. */
    static IOException ioException(ExecutionException failed) {
        if (failed.getCause() instanceof IOException why) {
            return why;
        }
        if (failed.getCause() instanceof Error none) {
            throw none;
        }
        throw new IllegalStateException(failed.getCause());
    }

    /** Lets so many lines a second through; what was not used while there was no input is not made up for. One thread. */
    private static final class Pace {
        private static final double NANOS_PER_SECOND = 1e9;
        private static final double MOST_BEHIND_NANOS = 20e6;

        private final double nanosPerLine;
        private double nextAt = System.nanoTime();

        private Pace(double nanosPerLine) {
            this.nanosPerLine = nanosPerLine;
        }

        /**
         * Any number of lines a second, or as many as there are.
         *
         * @param linesPerSecond 0 for no limit
         */
        static Pace of(double linesPerSecond) {
            return new Pace(linesPerSecond == 0 ? 0 : NANOS_PER_SECOND / linesPerSecond);
        }

        /** Waits until at least one line is due, and takes what is due from the start of {@code lines}. */
        ByteBuffer next(ByteBuffer lines) throws InterruptedException {
            if (nanosPerLine == 0) {
                return take(lines, Integer.MAX_VALUE);
            }
            long now = System.nanoTime();
            nextAt = Math.max(nextAt, now - MOST_BEHIND_NANOS);
            for (; nextAt > now; now = System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep((long) Math.ceil(nextAt - now));
            }
            int due = (int) Math.min(Integer.MAX_VALUE, 1 + (now - nextAt) / nanosPerLine);
            return take(lines, due);
        }

        private ByteBuffer take(ByteBuffer lines, int most) {
            int end = lines.limit();
            if (most != Integer.MAX_VALUE) {
                end = lines.position();
                int taken = 0;
                while (taken < most && end < lines.limit()) {
                    taken += lines.get(end++) == '\n' ? 1 : 0;
                }
                nextAt += taken * nanosPerLine;
            }
            ByteBuffer part = lines.slice(lines.position(), end - lines.position());
            lines.position(end);
            return part;
        }
    }
}
