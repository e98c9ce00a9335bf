package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.End;
import cc.accu.line.LineBatch;
import cc.accu.line.Origin;
import cc.accu.server.sink.Batches;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JsonFormatTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void printsOneObjectALine() {
        assertThat(Batches.formatted(new JsonFormat(), Batches.of("accu.cc\nsaid \"hi\"\n")))
                .isEqualTo("{\"time\":\"2026-11-22T06:00:00.123Z\",\"listener\":\"tcp 127.0.0.1:3000\","
                        + "\"peer\":\"127.0.0.1:51234\",\"line\":1,\"message\":\"accu.cc\"}\n"
                        + "{\"time\":\"2026-11-22T06:00:00.123Z\",\"listener\":\"tcp 127.0.0.1:3000\","
                        + "\"peer\":\"127.0.0.1:51234\",\"line\":2,\"message\":\"said \\\"hi\\\"\"}\n");
    }

    @Test
    void printsBytesThatAreNotUtf8AsBase64() throws IOException {
        JsonNode line = parsed(Batches.of(new byte[] {'a', (byte) 0xff, 0, '\n'}, Batches.TCP))
                .get(0);
        assertThat(line.get("base64").binaryValue()).isEqualTo(new byte[] {'a', (byte) 0xff, 0});
        assertThat(line.has("message")).isFalse();
    }

    @Test
    void printsWholeCharactersAgainAfterBytesThatAreNotUtf8() throws IOException {
        byte[] cutCharacter = {(byte) 0xe2, (byte) 0x82, '\n', (byte) 0xe2, (byte) 0x82, (byte) 0xac, '\n'};
        List<JsonNode> lines = parsed(Batches.of(cutCharacter, Batches.TCP));
        assertThat(lines.get(0).has("base64")).isTrue();
        assertThat(lines.get(1).get("message").textValue()).isEqualTo("\u20ac");
    }

    @Test
    void carriesControlCharactersThroughJson() throws IOException {
        String message = "\u0000\u001b[2J\u007f\u009b\u202e\r\t\ud83d\ude00";
        byte[] bytes = (message + "\n").getBytes(StandardCharsets.UTF_8);
        assertThat(parsed(Batches.of(bytes, Batches.TCP)).get(0).get("message").textValue())
                .isEqualTo(message);
    }

    @Test
    void saysWhoIsAtTheOtherEndOfAUnixSocket() throws IOException {
        Origin unix = new Origin(
                "unix /tmp/a", "pid=42,uid=1000", Optional.of(new Origin.Credentials(42, 1000, 100)), Optional.empty());
        JsonNode line =
                parsed(Batches.of("a\n".getBytes(StandardCharsets.UTF_8), unix)).get(0);
        assertThat(line.get("pid").intValue()).isEqualTo(42);
        assertThat(line.get("uid").intValue()).isEqualTo(1000);
        assertThat(line.get("gid").intValue()).isEqualTo(100);
    }

    @ParameterizedTest
    @EnumSource
    void saysHowAnUnterminatedLastLineEnded(End end) throws IOException {
        List<JsonNode> lines = parsed(Batches.framed(100, "whole\nrest", end));
        assertThat(lines.get(0).has("end")).isFalse();
        assertThat(lines.get(1).get("message").textValue()).isEqualTo("rest");
        assertThat(lines.get(1).get("end").textValue()).isEqualTo(end.toString());
    }

    @Test
    void marksAllPiecesOfALongLineButTheLast() throws IOException {
        List<JsonNode> pieces = parsed(Batches.framed(4, "abcdefghij\nk\n", End.EOF));
        assertThat(pieces)
                .extracting(piece -> piece.get("message").textValue())
                .containsExactly("abcd", "efgh", "ij", "k");
        assertThat(pieces)
                .extracting(piece -> piece.path("cut").booleanValue())
                .containsExactly(true, true, false, false);
        assertThat(pieces).extracting(piece -> piece.get("line").intValue()).containsExactly(1, 1, 1, 2);
    }

    private static List<JsonNode> parsed(LineBatch batch) throws IOException {
        return parsed(List.of(batch));
    }

    private static List<JsonNode> parsed(List<LineBatch> batches) throws IOException {
        JsonFormat format = new JsonFormat();
        List<JsonNode> nodes = new ArrayList<>();
        for (LineBatch batch : batches) {
            for (String line : Batches.formatted(format, batch).lines().toList()) {
                nodes.add(JSON.readTree(line));
            }
        }
        return nodes;
    }
}
