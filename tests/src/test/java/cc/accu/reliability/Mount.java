package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file system that is there for the length of a test. Needs root. */
final class Mount implements AutoCloseable {
    private static final int ATTEMPTS = 100;

    private final Path directory;

    private Mount(Path directory) {
        this.directory = directory;
    }

    /** What this machine lacks for mounting. */
    static List<String> missing() {
        List<String> missing = new ArrayList<>(Shell.missing("mount", "mkfs.ext4", "losetup"));
        if (!Shell.succeeds("sh", "-c", "test $(id -u) = 0")) {
            missing.add("mounting needs root");
        } else if (!Files.exists(Path.of("/dev/loop-control"))) {
            missing.add("there are no loop devices");
        }
        return missing;
    }

    static Mount tmpfs(Path directory, String size) throws IOException, InterruptedException {
        Shell.run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString());
        return new Mount(directory);
    }

    static Mount image(Path image, Path directory) throws IOException, InterruptedException {
        Shell.run("mount", "-o", "loop,noinit_itable", image.toString(), directory.toString());
        return new Mount(directory);
    }

    /** Makes an empty ext4 image, which takes no more room than it has to. */
    static Path format(Path image, String size) throws IOException, InterruptedException {
        Shell.run("truncate", "-s", size, image.toString());
        Shell.run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image.toString());
        return image;
    }

    Path directory() {
        return directory;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (Shell.succeeds("umount", directory.toString())) {
                return;
            }
            // A process that was killed holds its files a little longer.
            Thread.sleep(20);
        }
        Shell.run("umount", "-l", directory.toString());
    }
}
