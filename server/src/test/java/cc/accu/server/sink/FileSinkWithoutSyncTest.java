package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Durability;
import org.junit.jupiter.api.Test;

class FileSinkWithoutSyncTest extends FileSinkTest {
    @Override
    String options() {
        return "sync=never";
    }

    @Test
    void promisesNoMoreThanItDoes() {
        try (FileWriter always = logs().open("sync=always")) {
            assertThat(always.durability()).isEqualTo(Durability.FSYNC);
            assertThat(always.isQuick()).isFalse();
        } catch (java.io.IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
        try (Sink never = open()) {
            assertThat(never.durability()).isEqualTo(Durability.WRITTEN);
        }
    }
}
