package cc.accu.server.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PositionFileTest {
    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void create() throws IOException {
        path = directory.resolve("position");
        try (PositionFile file = PositionFile.create(path, new PositionFile.Saved(-42, 0))) {
            file.save(1000);
            file.save(1001);
        }
    }

    private long confirmed() throws IOException {
        try (PositionFile file = PositionFile.open(path).orElseThrow()) {
            assertThat(file.saved().spool()).isEqualTo(-42);
            return file.saved().confirmed();
        }
    }

    @Test
    void keepsWhatWasSavedLast() throws IOException {
        assertThat(confirmed()).isEqualTo(1001);
        try (PositionFile file = PositionFile.open(path).orElseThrow()) {
            file.save(1002);
        }
        assertThat(confirmed()).isEqualTo(1002);
    }

    @Test
    void hasWhatWasSavedBeforeWhenACrashTearsASave() throws IOException {
        byte[] before = Files.readAllBytes(path);
        try (PositionFile file = PositionFile.open(path).orElseThrow()) {
            file.save(9_999_999);
        }
        byte[] after = Files.readAllBytes(path);
        for (int written = 0; written < after.length; written++) {
            byte[] torn = before.clone();
            System.arraycopy(after, 0, torn, 0, written);
            Files.write(path, torn);
            assertThat(confirmed()).as("%d bytes", written).isIn(1001L, 9_999_999L);
        }
    }

    @Test
    void saysNothingWhenThereIsNothingWhole() throws IOException {
        Files.writeString(path, "something else\n");
        assertThat(PositionFile.open(path)).isEmpty();
        Files.delete(path);
        assertThat(PositionFile.open(path)).isEmpty();
    }

    @Test
    void doesNotGrow() throws IOException {
        long bytes = Files.size(path);
        try (PositionFile file = PositionFile.open(path).orElseThrow()) {
            for (long i = 0; i < 20; i++) {
                file.save(Long.MAX_VALUE - 20 + i);
            }
        }
        assertThat(Files.size(path)).isEqualTo(bytes);
    }
}
