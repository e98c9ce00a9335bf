package cc.accu.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "12B, 12",
        "64KiB, 65536",
        "64kib, 65536",
        "64k, 65536",
        "64 KiB, 65536",
        "1MiB, 1048576",
        "1MB, 1000000",
        "5KB, 5000",
        "1G, 1073741824",
        "' 2GiB ', 2147483648"
    })
    void readsSizes(String text, long bytes) {
        assertThat(Quantities.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "KiB", "1.5MiB", "1TiB", "64 KiB 1", "1e6", "99999999999999999999"})
    void refusesOtherSizesWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("for example 64KiB");
    }

    @Test
    void refusesSizesThatOverflow() {
        assertThatThrownBy(() -> Quantities.bytes("9999999999999GiB"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too large");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "250, 250", "100k, 100000", "1M, 1000000", "2m, 2000000", "3 G, 3000000000"})
    void readsCounts(String text, long count) {
        assertThat(Quantities.count(text)).isEqualTo(count);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "M", "1.5M", "1MiB", "1e6"})
    void refusesOtherCountsWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.count(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("for example 1M");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "250ms, 250", "10s, 10000", "5m, 300000", "5min, 300000", "1h, 3600000", "2 d, 172800000"})
    void readsDurations(String text, long millis) {
        assertThat(Quantities.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-5s", "1.5s", "10 sec", "1y", "5M"})
    void refusesOtherDurationsWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.duration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("for example 10s; 0 for none");
    }
}
