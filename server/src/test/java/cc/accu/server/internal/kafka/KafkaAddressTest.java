package cc.accu.server.internal.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.line.Origin;
import cc.accu.line.Origin.Credentials;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaAddressTest {
    private static KafkaAddress parse(String address) {
        String[] parts = address.split("\\?", 2);
        return KafkaAddress.parse(parts[0], parts.length == 1 ? Optional.empty() : Optional.of(parts[1]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "//a:9092/t | kafka://a:9092/t",
                "//a,b:9093/logs.app-1_x | kafka://a:9092,b:9093/logs.app-1_x",
                "//[::1]:9092,[::1]/t | kafka://[::1]:9092,[::1]:9092/t",
                "//a/accu-{listener} | kafka://a:9092/accu-{listener}",
                "//a/?topic={listener} | kafka://a:9092/{listener}",
                "//a/t?topic=u | kafka://a:9092/u",
                "//a/t?spool=/s&spool-size=10GiB | kafka://a:9092/t",
                "//a/t?key=none&format=json&create=true&partitions=12&replicas=3 | kafka://a:9092/t",
            })
    void namesBrokersAndATopic(String address, String printed) {
        assertThat(parse(address)).hasToString(printed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:9092/t | it names brokers and a topic, for example kafka://broker-1:9092,broker-2:9092/topic",
                "//a:9092 | it names brokers and a topic",
                "//a:9092/ | the topic is missing",
                "///t | is no broker; write host:port",
                "//a:b/t | is no broker; write host:port, as in kafka://",
                "//a,,b/t | is no broker; write host:port",
                "//user:secret@a/t | holds no password, as it is logged; put it into a file for --kafka-config",
                "//a/with space | cannot be a topic",
                "//a/t/u | cannot be a topic",
                "//a/.. | cannot be a topic",
                "//a/{lissener} | may have {listener} in it",
                "//a/t?key=peer | it is sender, connection or none",
                "//a/t?partitions=3 | add create=true",
                "//a/t?create=yes | it is true or false",
                "//a/t?create=true&partitions=0 | it is 1 to 100000",
                "//a/?topic= | the topic is missing",
                "//a/t?spool-size=1GiB | add spool=/var/lib/accu/spool",
                "//a/t?spool= | option 'spool=' of the sink kafka",
                "//a/t?spool=/s&spool-size=much | option 'spool-size=much' of the sink kafka",
                "//a/t?acks=1 | unknown option 'acks=1' of the sink kafka; it has key=sender|connection|none",
            })
    void saysWhatIsWrong(String address, String message) {
        assertThatThrownBy(() -> parse(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void keysLinesByWhoSendsThemAndNeverByThePort() {
        KafkaAddress.Key key = KafkaAddress.Key.SENDER;
        assertThat(key.of(Origin.of("tcp :3000", "10.1.2.3:51234"))).contains("10.1.2.3");
        assertThat(key.of(Origin.of("tcp :3000", "[2001:db8::1]:51234"))).contains("2001:db8::1");
        assertThat(key.of(new Origin(
                        "unix /s", "pid=7,uid=1000", Optional.of(new Credentials(7, 1000, 100)), Optional.empty())))
                .contains("uid=1000");
        assertThat(KafkaAddress.Key.CONNECTION.of(Origin.of("tcp :3000", "10.1.2.3:51234")))
                .contains("10.1.2.3:51234");
        assertThat(KafkaAddress.Key.NONE.of(Origin.of("tcp :3000", "10.1.2.3:51234")))
                .isEmpty();
    }
}
