package cc.accu.server.sink;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.internal.spool.SpoolReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/**
 * Lines a second into a spool beside those into a file with {@code sync=always}, and out of the spool again, for each size of
 * batches in turn. Arguments: the directory, rounds, bytes to send for each size, bytes of a line, and lines in a batch, one
 * or more.
 */
final class SpoolBenchmark {
    private static final int SENDERS = 64;
    private static final int WINDOW_BYTES = 16 * 1024 * 1024;

    private final byte[] lines;
    private final int linesInBatch;
    private final int batches;

    private SpoolBenchmark(long bytes, int lineBytes, int linesInBatch) {
        String line = "x".repeat(lineBytes - 1) + "\n";
        this.lines = line.repeat(linesInBatch).getBytes(StandardCharsets.US_ASCII);
        this.linesInBatch = linesInBatch;
        this.batches = Math.toIntExact(bytes / lines.length);
    }

    public static void main(String[] arguments) throws Exception {
        int[] sizes =
                Arrays.stream(arguments).skip(4).mapToInt(Integer::parseInt).toArray();
        for (int round = Integer.parseInt(arguments[1]); round > 0; round--) {
            for (int size : sizes) {
                Path directory = Files.createTempDirectory(Path.of(arguments[0]), "spool");
                new SpoolBenchmark(Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]), size).run(directory);
                try (Stream<Path> all = Files.walk(directory)) {
                    for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                        Files.delete(path);
                    }
                }
            }
        }
    }

    private void run(Path directory) throws IOException, InterruptedException {
        double file;
        try (Sink sink =
                Sinks.parse("file:" + directory + "/messages.log?sync=always").open()) {
            file = linesInto(sink);
        }
        try (OpenSpool spool = OpenSpool.open(directory.resolve("spool"), 10L * 1024 * 1024 * 1024)) {
            double in = linesInto(spool.sink());
            double out = linesFrom(spool);
            System.out.printf(
                    "%d lines in a batch: file %.2f M/s, spool %.2f M/s (%.2f of it), out %.2f M/s%n",
                    linesInBatch, file / 1e6, in / 1e6, in / file, out / 1e6);
        }
    }

    private double linesInto(Sink sink) throws InterruptedException {
        Semaphore window = new Semaphore(WINDOW_BYTES);
        Origin[] origins = new Origin[SENDERS];
        for (int i = 0; i < SENDERS; i++) {
            origins[i] = Origin.of("tcp 127.0.0.1:3000", "127.0.0.1:" + (50_000 + i));
        }
        long start = System.nanoTime();
        for (int i = 0; i < batches; i++) {
            window.acquire(lines.length);
            ByteBuf batch = PooledByteBufAllocator.DEFAULT.directBuffer(lines.length);
            batch.writeBytes(lines);
            sink.accept(
                    LineBatch.of(batch, linesInBatch, origins[i % SENDERS], 1, System.currentTimeMillis()),
                    failure -> window.release(lines.length));
            sink.flush();
        }
        window.acquire(WINDOW_BYTES);
        return perSecond(start);
    }

    private double perSecond(long start) {
        return (double) batches * linesInBatch * 1e9 / (System.nanoTime() - start);
    }

    private double linesFrom(OpenSpool spool) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long bytes = 0;
        while (spool.depthLines() > 0) {
            Optional<SpoolReader.Spooled> next = spool.reader().next(Duration.ofSeconds(1));
            if (next.isPresent()) {
                long last = next.get().last();
                try (LineBatch batch = next.get().batch()) {
                    bytes += batch.bytes();
                }
                spool.reader().confirm(last);
            }
        }
        if (bytes != (long) batches * lines.length) {
            throw new IllegalStateException(bytes + " bytes came out");
        }
        return perSecond(start);
    }
}
