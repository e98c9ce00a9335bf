package cc.accu.server.internal.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** One JSON object a line; bytes that are not UTF-8 come as {@code base64} in place of {@code message}. */
public final class JsonFormat implements LineFormat {
    private static final byte[] BASE64 = ",\"base64\":\"".getBytes(US_ASCII);

    private final Head head = new Head();
    private final LineCursor line = new LineCursor();
    private final JsonText text = new JsonText();
    private final JsonText.Gathering gathering = new JsonText.Gathering();

    @Override
    public void move(LineBatch batch, ByteBuf out, int enough) {
        head.open(batch);
        byte[] tail = tail(batch);
        gathering.into(out);
        int count = 0;
        for (line.open(batch.lines()); out.readableBytes() < enough && line.next(); head.next()) {
            appendMessage(line.bytes, line.start, line.end);
            gathering.put(tail);
            count++;
        }
        gathering.finish();
        batch.skip(count, line.close());
    }

    private void appendMessage(byte[] bytes, int from, int to) {
        if (JsonText.isPlain(bytes, from, to)) {
            head.appendWithMessageTo(gathering);
            gathering.put(bytes, from, to);
        } else if (JsonText.Utf8.isValid(bytes, from, to)) {
            head.appendWithMessageTo(gathering);
            text.append(bytes, from, to, gathering);
        } else {
            head.appendTo(gathering);
            gathering.put(BASE64);
            gathering.put(Base64.getEncoder().encode(Arrays.copyOfRange(bytes, from, to)));
        }
    }

    private static byte[] tail(LineBatch batch) {
        String cut = batch.cut() ? ",\"cut\":true" : "";
        String end = batch.end().map(why -> ",\"end\":\"" + why + '"').orElse("");
        return ('"' + cut + end + "}\n").getBytes(US_ASCII);
    }

    /**
     * What an object starts with, up to its message; from one line to the next only the line's number changes. One thread.
     */
    private static final class Head {
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
                    + origins.computeIfAbsent(batch.origin(), Head::fields) + ",\"line\":" + batch.firstNumber();
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
                            .orElse("")
                    + origin.subject()
                            .map(name -> ",\"subject\":" + quoted(name))
                            .orElse("");
        }

        private static String quoted(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            if (JsonText.isPlain(utf8, 0, utf8.length)) {
                return '"' + text + '"';
            }
            ByteBuf escaped = Unpooled.buffer(utf8.length);
            JsonText.Gathering gathering = new JsonText.Gathering();
            gathering.into(escaped);
            new JsonText().append(utf8, 0, utf8.length, gathering);
            gathering.finish();
            return '"' + escaped.toString(StandardCharsets.UTF_8) + '"';
        }

        /** Appends all that is before the text of the message. */
        void appendWithMessageTo(JsonText.Gathering out) {
            out.put(bytes, 0, numberEnd + MESSAGE.length);
        }

        /** Appends all that is before the comma before the message. */
        void appendTo(JsonText.Gathering out) {
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
}
