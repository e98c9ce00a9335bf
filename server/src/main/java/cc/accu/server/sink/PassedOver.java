package cc.accu.server.sink;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that something is wrong with, while the work goes on with the others: each is told once. One thread. */
final class PassedOver {
    private static final Logger LOG = LoggerFactory.getLogger(PassedOver.class);

    /** Where the same is wrong with all there are, that is enough. */
    private static final int MOST_LINES = 10;

    private final FileAddress address;
    private final Set<Path> told = new HashSet<>();
    private final Map<Path, String> found = new LinkedHashMap<>();

    PassedOver(FileAddress address) {
        this.address = address;
    }

    void add(Path file, String problem) {
        if (!told.contains(file)) {
            found.put(file, problem);
        }
    }

    /** Whatever is not among {@code existing} is told again if it comes back. */
    void forgetAllBut(Set<Path> existing) {
        told.retainAll(existing);
    }

    /** Tells what is new since the last time. */
    void tell() {
        int lines = 0;
        for (Map.Entry<Path, String> file : found.entrySet()) {
            if (++lines <= MOST_LINES) {
                LOG.warn(
                        "{}: {} is left as it is, the other rotated files are looked after: {}",
                        address,
                        file.getKey(),
                        file.getValue());
            }
        }
        if (lines > MOST_LINES) {
            LOG.warn("{}: {} more rotated files are left as they are", address, lines - MOST_LINES);
        }
        told.addAll(found.keySet());
        found.clear();
    }
}
