package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Shows what another format printed in a way that cannot drive a terminal: control characters (C0 but TAB, DEL, C1)
 * and bidirectional overrides come as {@code \}{@code u001b}, bytes that are not UTF-8 as U+FFFD. One thread.
 */
public final class TerminalEscape implements LineFormat {
    private final LineFormat format;
    private final ByteBuf printed = Unpooled.buffer();

    public TerminalEscape(LineFormat format) {
        this.format = format;
    }

    @Override
    public void move(LineBatch batch, ByteBuf out, int enough) {
        printed.clear();
        format.move(batch, printed, enough);
        String text = printed.toString(StandardCharsets.UTF_8);
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isDangerous(character)) {
                shown.append(String.format("\\u%04x", (int) character));
            } else {
                shown.append(character);
            }
        }
        out.writeCharSequence(shown, StandardCharsets.UTF_8);
    }

    private static boolean isDangerous(char character) {
        boolean control = Character.isISOControl(character) && character != '\n' && character != '\t';
        boolean embedding = character >= '\u202a' && character <= '\u202e';
        boolean isolate = character >= '\u2066' && character <= '\u2069';
        return control || embedding || isolate;
    }
}
