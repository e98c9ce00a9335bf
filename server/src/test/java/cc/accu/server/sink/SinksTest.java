package cc.accu.server.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cc.accu.server.internal.file.FileAddress;
import cc.accu.server.internal.format.LineFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class SinksTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "stdout",
                "stdout?format=raw",
                "stdout?format=text",
                "stdout?format=json",
                "discard",
                "file:/tmp/messages.log",
                "file:///tmp/messages.log",
                "file:/tmp/a%20b+c.log?rotate=100MiB&rotate=1h&keep=10&compress=gzip&sync=1s&mode=0640&format=json"
            })
    void takesTheSinksThereAreAndPrintsThem(String address) {
        assertThat(Sinks.parse(address)).hasToString(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sdtout | unknown sink 'sdtout'; did you mean stdout?",
                "'' | unknown sink ''",
                "stdout?format=xml | unknown format 'xml'; it is raw, text or json",
                "stdout?format= | unknown format ''",
                "stdout?fromat=raw | unknown option 'fromat=raw' of the sink stdout",
                "stdout?format=raw&format=raw | the sink stdout takes one format, not 2",
                "file:/x?rotat=1 | unknown option 'rotat=1' of the sink file; it has rotate=100MiB, rotate=1h, keep=10",
                "file:/x?rotate=soon | option 'rotate=soon' of the sink file: 'soon': it is a size or a time, for example",
                "file:/x?rotate=5MB | write 5M or 5MiB",
                "file:/x?rotate=5min | write 5m",
                "file:/x?rotate=0 | it must be more than 0; for none, leave it out",
                "file:/x?rotate=1h&rotate=2h | one size and one time",
                "file:/x?rotate=1k&rotate=2k | one size and one time",
                "file:/x?keep=0 | at least 1; to keep all, leave it out",
                "file:/x?keep=few | keep=few' of the sink file: 'few': a count is a number",
                "file:/x?compress=zip | option 'compress=zip' of the sink file: it is gzip",
                "file:/x?sync=maybe | it is always, never, or a time; 'maybe': a time is a number",
                "file:/x?sync=0 | for none, write always",
                "file:/x?mode=0999 | three octal digits, for example 0640",
                "file:/x?mode=0440 | the owner must be able to read and write",
                "file: | names no file",
                "file:/ | names no file",
                "file:/tmp/ | names no file",
                "file:/a%00b | it has a NUL character",
                "file:/a%zz | /a%zz' has a % that two hex digits do not follow",
                "file:/caf%E9 | cannot be opened: it is not in the encoding of the locale",
                "file://host/x | write file:///host/x, or file:host/x for a path in the working directory",
                "file:~/x | write \"file:$HOME/x\", or file:./~/x if that is its name",
                "FILE:/x | did you mean file:/x?",
                "/tmp/x | a file is written file:/tmp/x",
                "stdou | did you mean stdout?",
                "- | did you mean stdout?",
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
            SinkContract.flushed(sink, Batches.of("one\n")).get(10, TimeUnit.SECONDS);
        }
        assertThat(seen.toString()).isEqualTo("oneaccu-sink-handler");
    }

    @Test
    void takesAPathInTheWorkingDirectory() {
        assertThat(FileAddress.parse("messages.log", Optional.empty()).path())
                .isEqualTo(Path.of("messages.log").toAbsolutePath());
    }

    @Test
    void readsThePathOfAFileAsInAUrl() {
        String options = "rotate=100MiB&rotate=1h&keep=10&keep-size=1GiB&compress=gzip&sync=1s&mode=0600&format=json";
        assertThat(FileAddress.parse("///tmp/a%20b+c%3F.log", Optional.of(options)))
                .isEqualTo(new FileAddress(
                        Path.of("/tmp/a b+c?.log"),
                        LineFormat.Kind.JSON,
                        FileAddress.SyncPolicy.parse("1s"),
                        new FileAddress.RotateAt(100 << 20, Duration.ofHours(1)),
                        10,
                        1L << 30,
                        true,
                        0600,
                        true));
    }
}
