package cc.accu.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JointSettlementTest {
    private final List<String> told = new ArrayList<>();
    private final Settlement joint =
            new JointSettlement(3, failure -> told.add(failure == null ? "stored" : "failed: " + failure.getMessage()));

    @Test
    void isStoredWhenTheLastSinkHasIt() {
        joint.settled(null);
        joint.settled(null);
        assertThat(told).isEmpty();
        joint.settled(null);
        assertThat(told).containsExactly("stored");
    }

    @Test
    void failsWithTheFirstFailureOnceAllAreDone() {
        joint.settled(new IOException("disk on fire"));
        joint.settled(new IOException("net down"));
        assertThat(told).isEmpty();
        joint.settled(null);
        assertThat(told).containsExactly("failed: disk on fire");
    }
}
