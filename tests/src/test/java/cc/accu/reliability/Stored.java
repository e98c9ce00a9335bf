package cc.accu.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in a sink, line by line: a bit for each line that was found whole. Files are read in the order in which they
 * were written, and may be deleted once read. One thread.
 */
final class Stored {
    private static final int BLOCK = 1 << 20;
    private static final int MOST_SAMPLES = 5;

    private final Lines lines;
    private final Map<Integer, BitSet> bySender = new HashMap<>();
    private final List<String> samples = new ArrayList<>();
    private long duplicates;
    private long fragments;
    private long foreign;
    private long disordered;
    private long tornBytes;

    Stored(Lines lines) {
        this.lines = lines;
    }

    /** The same, to go on with apart from this one. */
    Stored copy() {
        Stored copy = new Stored(lines);
        bySender.forEach((sender, bits) -> copy.bySender.put(sender, (BitSet) bits.clone()));
        copy.samples.addAll(samples);
        copy.duplicates = duplicates;
        copy.fragments = fragments;
        copy.foreign = foreign;
        copy.disordered = disordered;
        copy.tornBytes = tornBytes;
        return copy;
    }

    Stored read(List<Path> files) throws IOException {
        for (Path file : files) {
            try (InputStream in = SinkFiles.open(file)) {
                read(in, file.getFileName().toString());
            }
        }
        return this;
    }

    /** Reads what is left of {@code in}, which is of a file of that name. */
    void read(InputStream in, String name) throws IOException {
        byte[] block = new byte[BLOCK];
        int filled = 0;
        for (int n = in.read(block); n >= 0; n = in.read(block, filled, block.length - filled)) {
            int lineStart = 0;
            for (int i = filled; i < filled + n; i++) {
                if (block[i] == '\n') {
                    line(block, lineStart, i, name);
                    lineStart = i + 1;
                }
            }
            filled += n;
            if (lineStart == 0 && filled == block.length) {
                throw new IOException(name + ": more than " + BLOCK + " bytes without an LF");
            }
            System.arraycopy(block, lineStart, block, 0, filled - lineStart);
            filled -= lineStart;
        }
        tornBytes += filled;
    }

    private void line(byte[] bytes, int from, int to, String name) {
        long id = lines.identify(bytes, from, to);
        if (id != Lines.NONE) {
            found((int) (id >>> 32), (int) id, name);
        } else if (lines.isFragment(bytes, from, to)) {
            fragments++;
        } else {
            foreign++;
            sample(name + ": not one of our lines: " + Text.shown(bytes, from, to));
        }
    }

    private void found(int sender, int sequence, String name) {
        BitSet bits = bySender.computeIfAbsent(sender, key -> new BitSet());
        if (bits.get(sequence)) {
            duplicates++;
            return;
        }
        bits.set(sequence);
        // Whoever sends again does so from an earlier line on: no line comes to be known before the one in front of it.
        if (sequence > 1 && !bits.get(sequence - 1)) {
            disordered++;
            sample(name + ": line " + sequence + " of sender " + sender + " comes before line " + (sequence - 1));
        }
    }

    private void sample(String text) {
        if (samples.size() < MOST_SAMPLES) {
            samples.add(text);
        }
    }

    /** Lines up to {@code acknowledged} that are not here. */
    long lost(int sender, int acknowledged) {
        return lost(sender, 0, acknowledged);
    }

    /** Lines behind {@code after} and up to {@code acknowledged} that are not here. */
    long lost(int sender, int after, int acknowledged) {
        BitSet bits = bySender.getOrDefault(sender, new BitSet());
        int here = bits.get(after + 1, acknowledged + 1).cardinality();
        if (here < acknowledged - after) {
            sample("lost: line " + bits.nextClearBit(after + 1) + " of sender " + sender + ", which has " + acknowledged
                    + " acknowledged and " + bits.cardinality() + " stored");
        }
        return (long) acknowledged - after - here;
    }

    /** Lines that are here and were not sent by any of {@code accounts}. */
    long unexpected(List<Account> accounts) {
        Map<Integer, BitSet> unknown = new HashMap<>(bySender);
        long beyond = 0;
        for (Account account : accounts) {
            BitSet bits = unknown.remove(account.sender());
            if (bits != null) {
                beyond += bits.get(account.attempted() + 1, Math.max(bits.length(), account.attempted() + 1))
                        .cardinality();
            }
        }
        return foreign
                + beyond
                + unknown.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    /** Different lines of ours. */
    long count() {
        return bySender.values().stream().mapToLong(BitSet::cardinality).sum();
    }

    /** What the server calls stored: with repetitions, and with lines whose sender died in the middle. */
    long countAll() {
        return count() + duplicates + fragments + foreign;
    }

    long duplicates() {
        return duplicates;
    }

    long fragments() {
        return fragments;
    }

    long disordered() {
        return disordered;
    }

    /** Bytes at the ends of files that no LF follows. */
    long tornBytes() {
        return tornBytes;
    }

    /** The first few things that were wrong, in words. */
    List<String> samples() {
        return List.copyOf(samples);
    }
}
