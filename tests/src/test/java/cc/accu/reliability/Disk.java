package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A disk that can be copied while it is in use, as it is at that moment. Needs root. */
final class Disk implements AutoCloseable {
    private static final String SIZE = "1G";
    private static final int ATTEMPTS = 50;
    private static final int SECTORS_WRITTEN = 6;
    private static final int IN_FLIGHT = 8;

    private final Path directory;
    private final Path image;
    private final Mount mount;
    private final Path statistics;

    Disk(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.image = Mount.format(directory.resolve("image"), SIZE);
        this.mount = Mount.image(image, Files.createDirectory(directory.resolve("live")));
        String device = Shell.run("losetup", "-n", "-O", "NAME", "-j", image.toString());
        this.statistics = Path.of("/sys/block", Path.of(device).getFileName().toString(), "stat");
        Files.createDirectory(directory.resolve("copied"));
    }

    /** Where to store on it. */
    Path files() {
        return mount.directory();
    }

    /** Copies what the disk has been given. Nobody may write to its files meanwhile. */
    void copy() throws IOException, InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String before = written();
            Shell.run("cp", "--sparse=always", image.toString(), copied().toString());
            // The kernel writes back when it likes to: then the copy is of no single moment.
            if (before.endsWith(" 0") && before.equals(written())) {
                return;
            }
        }
        throw new IOException("the disk does not come to rest");
    }

    private String written() throws IOException {
        List<String> fields = List.of(Files.readString(statistics).strip().split("\\s+"));
        return fields.get(SECTORS_WRITTEN) + " " + fields.get(IN_FLIGHT);
    }

    private Path copied() {
        return directory.resolve("copy");
    }

    Mount mountCopy() throws IOException, InterruptedException {
        return Mount.image(copied(), directory.resolve("copied"));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        mount.close();
        Trees.delete(directory);
    }
}
