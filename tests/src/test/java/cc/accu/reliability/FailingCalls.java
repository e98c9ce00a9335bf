package cc.accu.reliability;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which calls of the sink fail, by strace. */
enum FailingCalls {
    SYNC_ONCE("fdatasync", ""),
    WRITE_ONCE("write,pwrite64,writev,pwritev", ""),
    SYNC_FOR_GOOD("fdatasync,fsync", "+"),
    WRITE_FOR_GOOD("write,pwrite64,writev,pwritev", "+");

    private final String calls;
    private final String repetition;

    FailingCalls(String calls, String repetition) {
        this.calls = calls;
        this.repetition = repetition;
    }

    boolean failOnce() {
        return repetition.isEmpty();
    }

    /**
     * The words that run a server so. Syncs are made of the sink's files alone; writes go to sockets too.
     *
     * @param call the number of the first that fails
     */
    List<String> strace(Path file, Path trace, int call) {
        List<String> words = new ArrayList<>(
                List.of("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-o", trace.toString()));
        if (this == WRITE_ONCE || this == WRITE_FOR_GOOD) {
            words.addAll(List.of("-P", file.toString()));
        }
        words.addAll(List.of("-e", "trace=close,fsync," + calls));
        words.addAll(List.of("-e", "inject=" + calls + ":error=EIO:when=" + call + repetition));
        return words;
    }
}
