package cc.accu.server.internal.format;

import cc.accu.line.Line;
import cc.accu.line.LineBatch;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** What {@link JsonFormat} has to print, byte for byte: one object after another through Jackson. */
final class JacksonFormat implements LineFormat {
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .rootValueSeparator((String) null)
            .build();

    private final Timestamp timestamp = new Timestamp();
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

    @Override
    public void move(LineBatch batch, ByteBuf out, int enough) {
        try (JsonGenerator json = JSON.createGenerator((OutputStream) new ByteBufOutputStream(out))) {
            batch.forEach(line -> append(line, batch, json));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        batch.skip(batch.count(), batch.bytes());
    }

    private void append(Line line, LineBatch batch, JsonGenerator json) {
        try {
            json.writeStartObject();
            json.writeStringField("time", timestamp.of(batch.receivedMillis()));
            json.writeStringField("listener", line.origin().listener());
            json.writeStringField("peer", line.origin().peer());
            if (line.origin().credentials().isPresent()) {
                var credentials = line.origin().credentials().get();
                json.writeNumberField("uid", credentials.uid());
                json.writeNumberField("gid", credentials.gid());
                json.writeNumberField("pid", credentials.pid());
            }
            if (line.origin().subject().isPresent()) {
                json.writeStringField("subject", line.origin().subject().get());
            }
            json.writeNumberField("line", line.number());
            writeMessage(line.bytes(), json);
            if (line.cut()) {
                json.writeBooleanField("cut", true);
            }
            if (line.end().isPresent()) {
                json.writeStringField("end", line.end().get().toString());
            }
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void writeMessage(byte[] bytes, JsonGenerator json) throws IOException {
        try {
            json.writeStringField("message", utf8.decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notUtf8) {
            json.writeBinaryField("base64", bytes);
        }
    }
}
