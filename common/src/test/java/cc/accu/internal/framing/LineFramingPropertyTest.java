package cc.accu.internal.framing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import cc.accu.internal.framing.LineSender.Ending;
import cc.accu.line.LineFraming;
import cc.accu.line.LongLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random streams against a reference that has the whole input. One run of it: {@code -Daccu.seed=42}. */
class LineFramingPropertyTest {
    private static final int STREAMS = 12_000;
    private static final String ALPHABET = "\n\n\n\r\r\r\0\u00ff\u001babcd";

    @Test
    void givesWhatTheReferenceGives() {
        Long only = Long.getLong("accu.seed");
        long first = only == null ? System.nanoTime() : only;
        for (long seed = first; seed < first + (only == null ? STREAMS : 1); seed++) {
            check(seed);
        }
    }

    private static void check(long seed) {
        Random random = new Random(seed);
        int max = random.nextInt(4) == 0 ? 21 + random.nextInt(200) : 1 + random.nextInt(20);
        LongLine policy = oneOf(random, LongLine.values());
        Ending ending = oneOf(random, Ending.values());
        int room = random.nextInt(3) * 20;
        String input = randomText(random);
        List<String> expected = reference(input, max, policy, ending.mark);
        List<Integer> reads = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        try (LineSender sender = new LineSender(LineFraming.ofMaxLine(max).withLongLine(policy))) {
            sender.withRoomBefore(room);
            byte[] bytes = input.getBytes(ISO_8859_1);
            int most = 1 + random.nextInt(1 + random.nextInt(bytes.length + 10));
            for (int at = 0; at < bytes.length; at += reads.get(reads.size() - 1)) {
                reads.add(Math.min(bytes.length - at, 1 + random.nextInt(most)));
                sender.sends(bytes, at, at + reads.get(reads.size() - 1));
            }
            seen.addAll(sender.ends(ending).seen());
            if (!seen.equals(expected)) {
                throw new AssertionError("other messages");
            }
        } catch (Throwable failure) {
            throw new AssertionError(
                    String.format(
                            "-Daccu.seed=%d, max %d, %s, %s, room %d%n input %s%n reads %s%n expected %s%n but came %s",
                            seed, max, policy, ending, room, shown(input), reads, shown(expected), shown(seen)),
                    failure);
        }
    }

    /** The messages that a whole input is, as {@link LineSender} shows them. */
    static List<String> reference(String input, int max, LongLine policy, String mark) {
        List<String> messages = new ArrayList<>();
        String[] lines = input.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean last = i == lines.length - 1;
            boolean some = !lines[i].isEmpty();
            String line = lines[i].endsWith("\r") ? lines[i].substring(0, lines[i].length() - 1) : lines[i];
            if (line.length() > max && policy != LongLine.SPLIT) {
                messages.add((i + 1) + (policy == LongLine.SKIP ? ":dropped " + line.length() : ":dropped, the last"));
                if (policy == LongLine.CLOSE) {
                    return messages;
                }
            } else if (!last || some) {
                for (; line.length() > max; line = line.substring(max)) {
                    messages.add((i + 1) + ":" + line.substring(0, max) + "[cut]");
                }
                messages.add((i + 1) + ":" + line + (last ? "[" + mark + "]" : ""));
            }
        }
        return messages;
    }

    private static <T> T oneOf(Random random, T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String randomText(Random random) {
        int letters = 1 + random.nextInt(ALPHABET.length() - 1);
        int length = random.nextInt(random.nextInt(20) == 0 ? 2000 : 60);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            // Short prefixes of the alphabet make lines short; from its end they are long.
            int at = random.nextInt(letters);
            text.append(ALPHABET.charAt((length & 1) == 0 ? at : ALPHABET.length() - 1 - at));
        }
        return text.toString();
    }

    private static String shown(Object text) {
        StringBuilder shown = new StringBuilder();
        String.valueOf(text)
                .chars()
                .forEach(c -> shown.append(
                        c == '\n'
                                ? "\\n"
                                : c == '\r' ? "\\r" : c < ' ' || c > '~' ? String.format("\\x%02x", c) : (char) c));
        return shown.toString();
    }
}
