package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.Origin;
import cc.accu.server.sink.Batches;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Any line of any sender is one JSON object in one line, which gives the bytes of the message back, on a terminal too. */
class JsonFormatFuzzTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @FuzzTest
    void printsOneObjectALineThatHasTheBytes(byte[] data) throws IOException {
        FuzzInput input = new FuzzInput(data);
        LineFormat format = input.choice(2) == 0 ? new JsonFormat() : new LineFormat.TerminalEscape(new JsonFormat());
        String name = new String(input.bytes(input.choice(16)), StandardCharsets.UTF_8);
        Origin origin = new Origin("tcp " + name, name, Optional.empty(), Optional.of(name));
        String text = input.restInLatin();
        String printed =
                Batches.formatted(format, Batches.of((text + "\n").getBytes(StandardCharsets.ISO_8859_1), origin));
        String[] objects = printed.split("\n", -1);
        String[] lines = text.split("\n", -1);
        assertThat(objects).hasSize(lines.length + 1).endsWith("");
        for (int i = 0; i < lines.length; i++) {
            JsonNode object = parsed(objects[i]);
            assertThat(bytes(object)).isEqualTo(lines[i].getBytes(StandardCharsets.ISO_8859_1));
            assertThat(object.get("line").asInt()).isEqualTo(i + 1);
            assertThat(object.get("subject").asText()).isEqualTo(name);
        }
    }

    private static JsonNode parsed(String object) {
        try {
            return JSON.readTree(object);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(object, notJson);
        }
    }

    private static byte[] bytes(JsonNode object) throws IOException {
        assertThat(object.has("message")).isNotEqualTo(object.has("base64"));
        return object.has("message")
                ? object.get("message").asText().getBytes(StandardCharsets.UTF_8)
                : object.get("base64").binaryValue();
    }
}
