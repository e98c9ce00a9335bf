package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class SinksTest {
    @ParameterizedTest
    @ValueSource(strings = {"stdout", "stdout?format=raw", "stdout?format=text", "stdout?format=json", "discard"})
    void takesTheSinksThereAre(String address) {
        assertThat(Sinks.parse(address)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sdtout | unknown sink 'sdtout'",
                "'' | unknown sink ''",
                "stdout?format=xml | unknown format 'xml'; it is raw, text or json",
                "stdout?format= | unknown format ''",
                "stdout?fromat=raw | unknown option 'fromat=raw' of the sink stdout",
                "discard?format=raw | the sink discard has no options, but 'format=raw' was given"
            })
    void saysWhatIsWrong(String address, String message) {
        assertThatThrownBy(() -> Sinks.parse(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void handsLinesToAHandlerOnAThreadOfItsOwn() throws Exception {
        StringBuilder seen = new StringBuilder();
        try (Sink sink = Sinks.handler(
                line -> seen.append(line.utf8()).append(Thread.currentThread().getName()))) {
            SinkContract.flushed(sink, Batches.of("one\n")).get();
        }
        assertThat(seen.toString()).isEqualTo("oneaccu-sink-handler");
    }
}
