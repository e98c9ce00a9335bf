package cc.accu.server.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.line.LineBatch;
import cc.accu.server.sink.Batches;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LineFormatTest {
    @ParameterizedTest
    @EnumSource(
            value = LineFormat.Kind.class,
            names = {"TEXT", "JSON"})
    void formatsInPiecesWhatGetsManyTimesAsLong(LineFormat.Kind kind) {
        int lines = 200_000;
        List<Integer> pieceBytes = new ArrayList<>();
        StringBuilder all = new StringBuilder();
        LineFormat.Pieces formatter = new LineFormat.Pieces(kind.formats().orElseThrow());
        long next = 1;
        try (LineBatch batch = Batches.of("\n".repeat(lines))) {
            while (!batch.isEmpty()) {
                try (LineBatch piece = formatter.next(batch)) {
                    assertThat(piece.firstNumber()).isEqualTo(next);
                    next += piece.count();
                    assertThat(batch.firstNumber()).isEqualTo(next);
                    pieceBytes.add(piece.heldBytes());
                    all.append(piece.lines().toString(StandardCharsets.UTF_8));
                }
            }
        }
        assertThat(next).isEqualTo(lines + 1);
        assertThat(pieceBytes).hasSizeGreaterThan(5).allMatch(bytes -> bytes <= 512 * 1024);
        assertThat(all.toString())
                .isEqualTo(Batches.formatted(kind.formats().orElseThrow().get(), Batches.of("\n".repeat(lines))));
    }
}
