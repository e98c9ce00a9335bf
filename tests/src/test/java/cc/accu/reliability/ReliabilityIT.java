package cc.accu.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault but those of Kafka, for a short time. {@link Campaign} has more patience. */
@Timeout(120)
class ReliabilityIT {
    // A build shares its machine: seconds are for the campaign to measure.
    private static final double PATIENCE = 5;

    static Stream<Fault> faults() {
        return Stream.of(Fault.values()).filter(fault -> !fault.isOfKafka());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void losesNothingThatIsAcknowledged(Fault fault) throws Exception {
        run(fault, Carrier.PLAIN);
    }

    static void run(Fault fault, Carrier carrier) throws Exception {
        List<String> missing = fault.missing();
        if (!missing.isEmpty()) {
            System.out.println("skipped " + fault + ": " + String.join(", ", missing));
        }
        assumeTrue(missing.isEmpty(), String.join(", ", missing));
        Report report = fault.run(new Effort(fault.shortRounds(carrier), System.nanoTime(), PATIENCE), carrier);
        System.out.println(report);
        assertThat(report.holds()).as(report.toString()).isTrue();
    }
}
