package cc.accu.server.internal.format;

import static java.nio.charset.StandardCharsets.US_ASCII;

import cc.accu.line.LineBatch;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Base64;

/** One JSON object a line; bytes that are not UTF-8 come as {@code base64} in place of {@code message}. */
public final class JsonFormat implements LineFormat {
    private static final byte[] BASE64 = ",\"base64\":\"".getBytes(US_ASCII);

    private final JsonHead head = new JsonHead();
    private final LineCursor line = new LineCursor();
    private final JsonText text = new JsonText();
    private final Gathering gathering = new Gathering();

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
        } else if (Utf8.isValid(bytes, from, to)) {
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
}
