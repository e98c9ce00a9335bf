package cc.accu.server.internal.spool;

import cc.accu.server.internal.file.FileOpener.FileMode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * Keeps a spool's id, and up to where its lines were confirmed. It has two places, which are written in turn, so that
 * there is always a whole one; they are written where they are, which takes no room on a full disk. One thread.
 */
final class PositionFile implements Closeable {
    private static final String MAGIC = "accu-spool-position/1";

    private static final FileMode MODE = new FileMode(0640);

    /** What a disk writes at once. */
    private static final int PLACE_BYTES = 512;

    /** What one place says. */
    record Saved(long spool, long confirmed) {
        private static final int FIELDS = 4;

        private String text() {
            String text = MAGIC + ' ' + HexFormat.of().toHexDigits(spool) + ' ' + confirmed + ' ';
            return text + Integer.toHexString(checksumOf(text)) + '\n';
        }

        private static Optional<Saved> parse(String place) {
            String[] field =
                    place.substring(0, Math.max(place.indexOf('\n'), 0)).split(" ", -1);
            if (field.length != FIELDS || !field[0].equals(MAGIC)) {
                return Optional.empty();
            }
            try {
                Saved saved = new Saved(HexFormat.fromHexDigitsToLong(field[1]), Long.parseLong(field[2]));
                return Optional.of(saved).filter(same -> place.startsWith(same.text()));
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        }

        private static int checksumOf(String text) {
            CRC32C sum = new CRC32C();
            sum.update(text.getBytes(StandardCharsets.US_ASCII));
            return (int) sum.getValue();
        }
    }

    private final Path path;
    private final boolean damaged;
    private FileChannel file;

    /** The file's, whatever its name. */
    private Object key;

    private Saved saved;
    private int nextPlace;

    private PositionFile(Path path, FileChannel file, Saved saved, int nextPlace, boolean damaged) throws IOException {
        this.path = path;
        this.file = file;
        this.key = keyOf(path);
        this.saved = saved;
        this.nextPlace = nextPlace;
        this.damaged = damaged;
    }

    /** Opens what is at the path; empty if it is not there, or says nothing. */
    static Optional<PositionFile> open(Path path) throws IOException {
        FileChannel file;
        try {
            file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        try {
            Optional<PositionFile> read = read(path, file);
            if (read.isEmpty()) {
                file.close();
            }
            return read;
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    private static Optional<PositionFile> read(Path path, FileChannel file) throws IOException {
        Optional<Saved> first = read(file, 0);
        Optional<Saved> second = read(file, 1);
        if (first.isEmpty() && second.isEmpty()) {
            return Optional.empty();
        }
        boolean firstIsNewest = second.isEmpty()
                || first.filter(saved -> saved.confirmed > second.get().confirmed)
                        .isPresent();
        Saved newest = firstIsNewest ? first.orElseThrow() : second.get();
        boolean damaged = first.isEmpty() || second.isEmpty();
        return Optional.of(new PositionFile(path, file, newest, firstIsNewest ? 1 : 0, damaged));
    }

    private static Optional<Saved> read(FileChannel file, int place) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PLACE_BYTES);
        file.read(bytes, (long) place * PLACE_BYTES);
        return Saved.parse(StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString());
    }

    /** Puts a new one at the path, in the place of what is there. */
    static PositionFile create(Path path, Saved saved) throws IOException {
        FileChannel file = createFile(path, saved);
        try {
            return new PositionFile(path, file, saved, 0, false);
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    private static FileChannel createFile(Path path, Saved saved) throws IOException {
        Path fresh = path.resolveSibling("." + path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        FileChannel file = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                MODE.atCreation());
        try {
            MODE.complete(fresh);
            write(file, 0, saved);
            write(file, 1, saved);
            file.force(true);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException failure) {
            file.close();
            Files.deleteIfExists(fresh);
            throw failure;
        }
    }

    private static Object keyOf(Path path) throws IOException {
        return Objects.requireNonNull(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey());
    }

    private static void write(FileChannel file, int place, Saved what) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PLACE_BYTES)
                .put(what.text().getBytes(StandardCharsets.US_ASCII))
                .position(0);
        long start = (long) place * PLACE_BYTES;
        while (bytes.hasRemaining()) {
            file.write(bytes, start + bytes.position());
        }
    }

    Saved saved() {
        return saved;
    }

    /** Whether one of the places said nothing when this was opened: what is saved may be behind what was. */
    boolean wasDamaged() {
        return damaged;
    }

    /** Returns when that is on the disk. A file that somebody removed or replaced is made anew. */
    void save(long confirmed) throws IOException {
        Saved next = new Saved(saved.spool, confirmed);
        if (isInPlace()) {
            write(file, nextPlace, next);
            file.force(false);
            nextPlace = 1 - nextPlace;
        } else {
            FileChannel fresh = createFile(path, next);
            file.close();
            file = fresh;
            key = keyOf(path);
        }
        saved = next;
    }

    /** False also when a thread was interrupted while it saved, which closes the file. */
    private boolean isInPlace() throws IOException {
        try {
            return file.isOpen() && key.equals(keyOf(path));
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
