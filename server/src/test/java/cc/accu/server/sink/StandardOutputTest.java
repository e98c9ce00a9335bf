package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class StandardOutputTest {
    /** Stores a line on standard output, closes the sink, and prints something itself. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            try (Sink sink = Sinks.parse("stdout?format=raw").open()) {
                SinkContract.flushed(sink, Batches.of("line\n")).get(10, TimeUnit.SECONDS);
            } catch (SinkException refused) {
                System.err.println(refused.getMessage());
                Runtime.getRuntime().halt(1);
            }
            System.out.println("still open");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ">&- | cannot open stdout: standard output is closed, and messages go there",
                ">&- <&- | cannot open stdout: standard output",
                "1</dev/null | cannot open stdout: standard output is closed, and messages go there",
            })
    void refusesStandardOutputThatNobodyGetsAnythingFrom(String redirection, String message) throws IOException {
        JavaProgram.Ended ended = JavaProgram.run("exec \"$@\" " + redirection, Program.class);
        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.errors()).startsWith(message).contains(">/dev/null", "file:/path/messages.log", "discard");
    }

    @Test
    void leavesTheDescriptorOpenForTheRestOfTheProgram() throws IOException {
        JavaProgram.Ended ended = JavaProgram.run("exec \"$@\"", Program.class);
        assertThat(ended.output()).isEqualTo("line\nstill open\n");
        assertThat(ended.exitCode()).isZero();
    }
}
