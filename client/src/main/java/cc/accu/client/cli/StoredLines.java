package cc.accu.client.cli;

import cc.accu.client.cli.BenchPlan.Load;
import cc.accu.internal.framing.ByteSearch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Compares what a server stored, in files or as it came, with what a run sent: one bit for each line. One thread. */
final class StoredLines {
    private static final int GZIP_BUFFER_BYTES = 64 * 1024;
    private static final int MORE_THAN_ANY_LINE_BYTES = BenchLines.MOST_BYTES + 1;
    private static final long QUIET_MILLIS = 500;
    private static final int MOST_WAITS = 60;

    private final Load load;
    private final BenchLines identity = new BenchLines();
    private final byte[] run;
    private final long[][] seen;
    private final long[] highest;
    private long stored;
    private long duplicate;
    private long reordered;
    private long damaged;
    private long foreign;
    private boolean amidForeign;

    /**
     * How it came out. Lines of other runs, and what is no line of a benchmark, are foreign; a line that starts as one
     * of this run and is not as it was sent is damaged; one that came after a later one of its sender is reordered.
     */
    record Verdict(long stored, long lost, long duplicate, long reordered, long damaged, long foreign) {
        /** Duplicates are not wrong: an acknowledged line may be sent twice. */
        boolean isRight() {
            return lost == 0 && reordered == 0 && damaged == 0;
        }
    }

    StoredLines(Load load) {
        this.load = load;
        run = (load.run() + ":").getBytes(StandardCharsets.US_ASCII);
        seen = new long[load.connections()][];
        highest = new long[load.connections()];
        Arrays.fill(highest, -1);
        for (int i = 0; i < seen.length; i++) {
            seen[i] = new long[(int) ((load.messagesOf(i) + Long.SIZE - 1) / Long.SIZE)];
        }
    }

    /** Takes lines, or a part of one that is longer than any of a benchmark, and goes on with the next. */
    void add(ByteBuffer block) {
        int end = block.limit();
        if (block.get(end - 1) != '\n') {
            amidForeign = true;
            return;
        }
        int from = block.position();
        if (amidForeign) {
            amidForeign = false;
            foreign++;
            from = ByteSearch.indexOfFeed(block.array(), block.arrayOffset() + from, block.arrayOffset() + end)
                    - block.arrayOffset()
                    + 1;
        }
        add(block.array(), block.arrayOffset() + from, end - from);
    }

    /** Takes whole lines. */
    void add(byte[] bytes, int from, int count) {
        int end = from + count;
        for (int at = from; at < end; ) {
            int next = ByteSearch.indexOfFeed(bytes, at, end) + 1;
            addLine(bytes, at, next - at);
            at = next;
        }
    }

    private void addLine(byte[] bytes, int at, int length) {
        boolean ours = length > run.length && Arrays.equals(bytes, at, at + run.length, run, 0, run.length);
        if (!ours) {
            foreign++;
        } else if (length != load.size() || !identity.isIntact(bytes, at, length)) {
            damaged++;
        } else {
            note(BenchLines.sender(bytes, at), BenchLines.sequence(bytes, at));
        }
    }

    private void note(long senderNumber, long sequence) {
        int sender = (int) senderNumber;
        if (sender < 0 || sender >= seen.length || sequence < 0 || sequence >= load.messagesOf(sender)) {
            foreign++;
            return;
        }
        int word = (int) (sequence / Long.SIZE);
        long bit = 1L << sequence;
        if ((seen[sender][word] & bit) != 0) {
            duplicate++;
            return;
        }
        seen[sender][word] |= bit;
        stored++;
        reordered += sequence < highest[sender] ? 1 : 0;
        highest[sender] = Math.max(highest[sender], sequence);
    }

    Verdict verdict() {
        return new Verdict(stored, load.messages() - stored, duplicate, reordered, damaged, foreign);
    }

    /** Reads the files, of which the oldest comes first; those with names that end with {@code .gz} are compressed. */
    static Verdict compare(List<Path> files, Load load) throws IOException {
        StoredLines lines = new StoredLines(load);
        for (Path file : files) {
            try (LineSource source = LineSource.of(file.toString(), open(file), MORE_THAN_ANY_LINE_BYTES)) {
                for (ByteBuffer block = source.next(); block.hasRemaining(); block = source.next()) {
                    lines.add(block);
                }
            }
        }
        return lines.verdict();
    }

    private static InputStream open(Path file) throws IOException {
        try {
            InputStream stream = Files.newInputStream(file);
            return file.toString().endsWith(".gz") ? new GZIPInputStream(stream, GZIP_BUFFER_BYTES) : stream;
        } catch (IOException failure) {
            throw LineSource.cannotRead(file.toString(), failure);
        }
    }

    /** Who does not acknowledge may have read all and not stored all: waits until nothing more comes. */
    static void awaitQuiet(List<Path> files) throws IOException, InterruptedException {
        long before = -1;
        for (int waits = 0; waits < MOST_WAITS && before != bytes(files); waits++) {
            before = bytes(files);
            Thread.sleep(QUIET_MILLIS);
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.exists(file) ? Files.size(file) : 0;
        }
        return bytes;
    }
}
