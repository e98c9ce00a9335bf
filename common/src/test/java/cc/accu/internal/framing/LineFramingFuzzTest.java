package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import cc.accu.internal.framing.LineSender.Ending;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import cc.accu.testing.FuzzInput;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Any bytes, cut anyhow, are the lines that the reference finds in them. Whoever leaks a buffer is seen at the close. */
class LineFramingFuzzTest {
    private static final int MOST_CUTS = 8;

    @FuzzTest
    void givesTheLinesOfTheReference(byte[] data) {
        FuzzInput input = new FuzzInput(data);
        int max = 1 + input.choice(64);
        LongLine policy = input.choice(LongLine.class);
        Ending ending = input.choice(Ending.class);
        int roomBefore = input.choice(3) * 20;
        int[] reads = new int[1 + input.choice(MOST_CUTS)];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = 1 + input.choice(256);
        }
        String text = input.restInLatin();
        List<String> expected = LineFramingPropertyTest.reference(text, max, policy, ending.mark);
        try (LineSender sender = new LineSender(LineFraming.ofMaxLine(max).withLongLine(policy))) {
            sender.withRoomBefore(roomBefore);
            byte[] bytes = text.getBytes(ISO_8859_1);
            int at = 0;
            for (int i = 0; at < bytes.length; i++) {
                int to = Math.min(bytes.length, at + reads[i % reads.length]);
                sender.sends(bytes, at, to);
                at = to;
            }
            assertThat(sender.ends(ending).seen()).isEqualTo(expected);
        }
    }
}
