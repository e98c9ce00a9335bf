package cc.accu.transport;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Any text is an endpoint that prints what it parses, or is refused in words. */
class EndpointFuzzTest {
    @FuzzTest
    void printsWhatItParses(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        boolean words = input.choice(2) == 1;
        String text = input.restAsText();
        try {
            List<Endpoint> parsed =
                    words ? Endpoint.parseAll(List.of(text.split("\n", -1))) : List.of(Endpoint.parse(text));
            for (Endpoint endpoint : parsed) {
                assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
            }
        } catch (IllegalArgumentException refused) {
            assertThat(refused).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
