package cc.accu.internal.cli;

import cc.accu.internal.text.TypedText;
import java.util.HexFormat;

/** A process that prints the bytes of its arguments, each in a line, or that they cannot be told. */
final class EchoProbe {
    private EchoProbe() {}

    public static void main(String[] arguments) {
        try {
            for (String word : Arguments.asTyped(arguments)) {
                System.out.println(HexFormat.of().formatHex(TypedText.bytes(word)));
            }
        } catch (IllegalArgumentException lost) {
            System.out.println("refused");
        }
    }
}
