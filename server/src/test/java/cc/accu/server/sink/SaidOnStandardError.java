package cc.accu.server.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What the log says, which goes to standard error in tests. */
final class SaidOnStandardError {
    /** Something that may say something. */
    interface Action {
        void run() throws IOException;
    }

    private SaidOnStandardError() {}

    static String during(Action action) throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}
