package cc.accu.server.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;

/** Puts {@code file.gz} in the place of a file. Blocking. */
final class Compressor {
    private static final int BLOCK_BYTES = 64 * 1024;

    private Compressor() {}

    /**
     * The original goes only when all of the compressed form is on the disk. A compressed form that is there already is
     * made again, so whatever interrupted an earlier call is no matter.
     *
     * @param cancelled when true, all stays as it was
     */
    static void compress(Path file, int mode, BooleanSupplier cancelled) throws IOException {
        Path temporary = RotatedNames.temporary(file);
        boolean whole = false;
        try {
            whole = copy(file, temporary, mode, cancelled);
        } finally {
            if (!whole) {
                Files.deleteIfExists(temporary);
            }
        }
        if (whole) {
            Files.move(temporary, Path.of(file + RotatedNames.COMPRESSED), StandardCopyOption.ATOMIC_MOVE);
            LogFile.syncDirectoryOf(file);
            Files.delete(file);
        }
    }

    /** Whether it came to its end. */
    private static boolean copy(Path file, Path temporary, int mode, BooleanSupplier cancelled) throws IOException {
        Files.deleteIfExists(temporary);
        try (InputStream plain = Files.newInputStream(file);
                FileChannel disk = FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                GZIPOutputStream packed = new GZIPOutputStream(Channels.newOutputStream(disk), BLOCK_BYTES)) {
            LogFile.setMode(temporary, mode);
            if (!copy(plain, packed, cancelled)) {
                return false;
            }
            packed.finish();
            disk.force(true);
            return true;
        }
    }

    private static boolean copy(InputStream from, OutputStream to, BooleanSupplier cancelled) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        for (int bytes = from.read(block); bytes >= 0; bytes = from.read(block)) {
            if (cancelled.getAsBoolean()) {
                return false;
            }
            to.write(block, 0, bytes);
        }
        return true;
    }
}
