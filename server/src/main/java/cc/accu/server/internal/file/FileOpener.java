package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;

/** Opens and renames the files that are written to: where a test puts a disk that fails. */
public interface FileOpener {
    FileOpener DISK = FileChannel::open;

    FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException;

    default FileChannel open(Path path, OpenOption... options) throws IOException {
        return open(path, Set.of(options));
    }

    default void move(Path from, Path to, CopyOption... options) throws IOException {
        Files.move(from, to, options);
    }
}
