package cc.accu.reliability;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The faults of Kafka, beside {@link ReliabilityIT}: brokers take their time to start. */
@Timeout(120)
@Tag("long")
class KafkaReliabilityIT {
    static Stream<Fault> faults() {
        return Stream.of(Fault.values()).filter(Fault::isOfKafka);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void losesNothingThatIsAcknowledged(Fault fault) throws Exception {
        ReliabilityIT.run(fault, Carrier.PLAIN);
    }
}
