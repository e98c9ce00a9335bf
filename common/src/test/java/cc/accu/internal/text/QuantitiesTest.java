package cc.accu.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "64k, 64000",
        "64KiB, 65536",
        "1M, 1000000",
        "1MiB, 1048576",
        "1G, 1000000000",
        "2GiB, 2147483648"
    })
    void readsSizes(String text, long bytes) {
        assertThat(Quantities.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "5K, write 5k or 5KiB",
        "5kb, write 5k or 5KiB",
        "5KB, write 5k or 5KiB",
        "64kib, write 64KiB",
        "64Ki, write 64KiB",
        "64 KiB, write 64KiB",
        "' 64KiB', write 64KiB",
        "1m, write 1M or 1MiB",
        "5MB, write 5M or 5MiB",
        "5mb, write 5M or 5MiB",
        "1g, write 1G or 1GiB",
        "12B, write 12",
        "1TiB, write 1024GiB",
        "2tb, write 2000G or 2048GiB",
        "1.5k, write 1500 or 1536",
        "1.5MiB, write 1536KiB",
        "2.50GB, write 2500M or 2560MiB",
        ".5M, write 500k or 512KiB"
    })
    void saysHowASizeIsWrittenThatIsNot(String text, String nearest) {
        assertThatThrownBy(() -> Quantities.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a size is a number of bytes, with k, M, G")
                .hasMessageContaining("for example 64KiB")
                .hasMessageEndingWith("; " + nearest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-1", "KiB", "1PiB", "64 KiB 1", "1e6", "0x10", "1.5", "+1", "1_000", "\u0661"})
    void refusesOtherSizesWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a size is")
                .hasMessageEndingWith("for example 64KiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9999999999999GiB", "99999999999999999999", "9223372036854775808"})
    void refusesSizesThatOverflow(String text) {
        assertThatThrownBy(() -> Quantities.bytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is too large; a size is");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "250, 250", "100k, 100000", "1M, 1000000", "3G, 3000000000"})
    void readsCounts(String text, long count) {
        assertThat(Quantities.count(text)).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({"2m, write 2M", "5K, write 5k", "3 G, write 3G", "1.5M, write 1500k", "0.5k, write 500"})
    void saysHowACountIsWrittenThatIsNot(String text, String nearest) {
        assertThatThrownBy(() -> Quantities.count(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a count is")
                .hasMessageEndingWith("; " + nearest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "M", "1MiB", "1e6", "0.5", "1MB"})
    void refusesOtherCountsWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.count(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a count is")
                .hasMessageEndingWith("for example 1M");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0s, 0", "250ms, 250", "10s, 10000", "5m, 300000", "1h, 3600000", "2d, 172800000"})
    void readsDurations(String text, long millis) {
        assertThat(Quantities.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "10, write 10s",
        "5min, write 5m",
        "5M, write 5m",
        "1H, write 1h",
        "2 d, write 2d",
        "10 sec, write 10s",
        "1hour, write 1h",
        "1.5s, write 1500ms",
        "1.5h, write 90m",
        "0.5d, write 12h"
    })
    void saysHowATimeIsWrittenThatIsNot(String text, String nearest) {
        assertThatThrownBy(() -> Quantities.duration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a time is")
                .hasMessageEndingWith("; " + nearest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-5s", "1y", "1us", "1h30m", "soon", "PT1S"})
    void refusesOtherTimesWithTheRuleAndAnExample(String text) {
        assertThatThrownBy(() -> Quantities.duration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "': a time is")
                .hasMessageEndingWith("for example 10s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"36501d", "999999999999999d"})
    void refusesTimesThatNobodyWaits(String text) {
        assertThatThrownBy(() -> Quantities.duration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is too l");
        assertThat(Quantities.duration("36500d").toNanos()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"100, 100 bytes", "1M, 1000000 bytes", "1MiB, 1048576 bytes", "1m, PT1M", "1h, PT1H", "10ms, PT0.01S"})
    void tellsASizeFromATimeByItsUnit(String text, String meaning) {
        assertThat(Quantities.<String>sizeOrTime(text, bytes -> bytes + " bytes", String::valueOf))
                .isEqualTo(meaning);
    }

    @ParameterizedTest
    @CsvSource({
        "5MB, write 5M or 5MiB",
        "5min, write 5m",
        "1H, write 1h",
        "5K, write 5k or 5KiB",
        "10 m, write 10M or 10MiB or 10m"
    })
    void saysHowASizeOrATimeIsWrittenThatIsNot(String text, String nearest) {
        assertThatThrownBy(() -> Quantities.<String>sizeOrTime(text, String::valueOf, String::valueOf))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it is a size or a time, for example 100MiB or 1h")
                .hasMessageEndingWith("; " + nearest);
    }
}
