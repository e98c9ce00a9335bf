package cc.accu.client;

import cc.accu.internal.framing.AckLine;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what a server says into lines, however the network cuts it. Event-loop confined. */
final class Answers {
    private static final int MOST_SHOWN = 80;

    private final byte[] line = new byte[AckLine.MOST_BYTES];
    private int length;

    /** Reads all of {@code in}; a line that is longer than any answer is cut there. An unfinished one waits. */
    void read(ByteBuf in, Consumer<String> answer) {
        while (in.isReadable()) {
            byte value = in.readByte();
            if (value != '\n') {
                line[length++] = value;
            }
            if (value == '\n' || length == line.length) {
                String whole = unfinished();
                length = 0;
                answer.accept(whole);
            }
        }
    }

    /** What waits for its line feed. */
    String unfinished() {
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    /** In quotes, short, and without what would upset a terminal. */
    static String shown(String answer) {
        String plain = answer.strip().replaceAll("\\p{C}", "?");
        return "'" + (plain.length() > MOST_SHOWN ? plain.substring(0, MOST_SHOWN) + "…" : plain) + "'";
    }
}
