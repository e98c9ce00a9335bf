package cc.accu.server.internal.format;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an object starts with, up to its message; from one line to the next only the line's number changes. One thread.
 */
final class JsonHead {
    private static final int REMEMBERED_ORIGINS = 256;
    private static final int MOST_DIGITS = 19;
    private static final byte[] MESSAGE = ",\"message\":\"".getBytes(StandardCharsets.US_ASCII);

    private final LineFormat.Timestamp timestamp = new LineFormat.Timestamp();

    private final Map<Origin, String> origins = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, String> eldest) {
            return size() > REMEMBERED_ORIGINS;
        }
    };

    private byte[] bytes = new byte[0];
    private int numberEnd;

    /** Goes to the first line of {@code batch}. */
    void open(LineBatch batch) {
        String head = "{\"time\":\"" + timestamp.of(batch.receivedMillis()) + "\","
                + origins.computeIfAbsent(batch.origin(), JsonHead::fields) + ",\"line\":" + batch.firstNumber();
        byte[] encoded = head.getBytes(StandardCharsets.UTF_8);
        numberEnd = encoded.length;
        if (bytes.length < numberEnd + MOST_DIGITS + MESSAGE.length) {
            bytes = new byte[numberEnd + MOST_DIGITS + MESSAGE.length];
        }
        System.arraycopy(encoded, 0, bytes, 0, numberEnd);
        System.arraycopy(MESSAGE, 0, bytes, numberEnd, MESSAGE.length);
    }

    private static String fields(Origin origin) {
        String fields = "\"listener\":" + quoted(origin.listener()) + ",\"peer\":" + quoted(origin.peer());
        return fields
                + origin.credentials()
                        .map(who -> ",\"uid\":" + who.uid() + ",\"gid\":" + who.gid() + ",\"pid\":" + who.pid())
                        .orElse("");
    }

    private static String quoted(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (JsonText.isPlain(utf8, 0, utf8.length)) {
            return '"' + text + '"';
        }
        ByteBuf escaped = Unpooled.buffer(utf8.length);
        Gathering gathering = new Gathering();
        gathering.into(escaped);
        new JsonText().append(utf8, 0, utf8.length, gathering);
        gathering.finish();
        return '"' + escaped.toString(StandardCharsets.UTF_8) + '"';
    }

    /** Appends all that is before the text of the message. */
    void appendWithMessageTo(Gathering out) {
        out.put(bytes, 0, numberEnd + MESSAGE.length);
    }

    /** Appends all that is before the comma before the message. */
    void appendTo(Gathering out) {
        out.put(bytes, 0, numberEnd);
    }

    /** Goes to the next line: counts up the digits, before which there is a colon. */
    void next() {
        int digit = numberEnd - 1;
        while (bytes[digit] == '9') {
            bytes[digit--] = '0';
        }
        if (bytes[digit] == ':') {
            bytes[digit + 1] = '1';
            System.arraycopy(MESSAGE, 0, bytes, numberEnd + 1, MESSAGE.length);
            bytes[numberEnd++] = '0';
        } else {
            bytes[digit]++;
        }
    }
}
