package cc.accu.server.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Opens the files that are written to: where a test puts a disk that fails. */
interface FileOpener {
    FileOpener DISK = FileChannel::open;

    FileChannel open(Path path, OpenOption... options) throws IOException;
}
