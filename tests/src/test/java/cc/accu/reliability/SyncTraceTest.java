package cc.accu.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncTraceTest {
    private static final String FAILED = "77 fdatasync(12)           = -1 EIO (Input/output error) (INJECTED)";

    @TempDir
    Path directory;

    @Test
    void doesNotLetAFileBeSyncedAfterItFailed() throws IOException {
        assertThat(problems("77 fdatasync(12)           = 0", FAILED, "77 fdatasync(12 <unfinished ...>"))
                .hasSize(1);
    }

    @Test
    void letsAnotherFileBeSynced() throws IOException {
        assertThat(problems(FAILED, "77 fdatasync(13)  = 0", "77 close(12)   = 0", "77 fdatasync(12)  = 0"))
                .isEmpty();
    }

    private List<String> problems(String... trace) throws IOException {
        Findings findings = new Findings();
        SyncTrace.check(Files.write(directory.resolve("trace"), List.of(trace)), findings);
        return findings.problems();
    }
}
