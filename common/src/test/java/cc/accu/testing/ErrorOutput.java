package cc.accu.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** What this process says on standard error while this is open: the log. */
public final class ErrorOutput implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();

    private ErrorOutput() {
        System.setErr(new PrintStream(captured, true, UTF_8));
    }

    public static ErrorOutput captured() {
        return new ErrorOutput();
    }

    public String text() {
        return captured.toString(UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(text());
    }
}
