package cc.accu.reliability;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault that senders see on their way to the server, with TLS there. {@link Campaign} can run the others so, too. */
@Timeout(120)
@Tag("long")
class ReliabilityOverTlsIT {
    static Set<Fault> faults() {
        return EnumSet.of(
                Fault.KILL_SERVER,
                Fault.CUT_CONNECTIONS,
                Fault.DISK_FULL,
                Fault.STOPPED_READER,
                Fault.UNREAD_ACKS,
                Fault.PLAIN_FLOOD,
                Fault.TERMINATE,
                Fault.KILL_CLIENT,
                Fault.FAILED_SINK,
                Fault.SECOND_SIGNAL,
                Fault.UNFINISHED_LINES,
                Fault.RESET_SENDERS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void losesNothingThatIsAcknowledged(Fault fault) throws Exception {
        ReliabilityIT.run(fault, Carrier.TLS);
    }
}
