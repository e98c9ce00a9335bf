package cc.accu.server.internal.commit;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitGroupTest {
    private static final int MIB = 1024 * 1024;

    private final CommitQueue queue = new CommitQueue();
    private final CommitGroup.Outcomes outcomes = new CommitGroup.Outcomes();
    private final List<Integer> commits = new ArrayList<>();
    private int written;
    private int settled;

    private final CommitGroup group = new CommitGroup(new CommitGroup.Destination() {
        @Override
        public void write(LineBatch batch) {
            written++;
        }

        @Override
        public void commit() {
            commits.add(written);
            written = 0;
        }
    });

    @Test
    void storesTogetherWhatIsLittle() throws IOException {
        take(1000, 100);
        assertThat(group.isSmall()).isTrue();
        storeAll();
        assertThat(commits).containsExactly(1000);
    }

    @Test
    void storesMuchOfFewTogether() throws IOException {
        take(6, MIB);
        assertThat(group.isSmall()).isTrue();
        storeAll();
        assertThat(commits).containsExactly(6);
    }

    @Test
    void commitsMuchOfManyEarlier() throws IOException {
        take(6 * 128, MIB / 128);
        assertThat(group.isSmall()).isFalse();
        storeAll();
        assertThat(commits).containsExactly(256, 256, 256);
    }

    @Test
    void commitsWhatIsFull() throws IOException {
        take(20, MIB);
        assertThat(group.isSmall()).isFalse();
        storeAll();
        assertThat(commits).containsExactly(8, 8, 4);
    }

    private void take(int batches, int bytes) {
        String line = "x".repeat(bytes - 1) + "\n";
        for (int i = 0; i < batches; i++) {
            queue.add(new CommitQueue.Entry(Batches.of(line), failure -> settled++));
        }
        group.takeFrom(queue);
    }

    private void storeAll() throws IOException {
        int all = 0;
        while (!group.isEmpty()) {
            group.store(outcomes);
            outcomes.tell();
            all = commits.stream().mapToInt(Integer::intValue).sum();
            assertThat(settled).isEqualTo(all);
        }
    }
}
