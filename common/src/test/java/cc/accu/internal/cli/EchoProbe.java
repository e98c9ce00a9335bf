package cc.accu.internal.cli;

import java.util.HexFormat;

/** A process that prints the bytes of its arguments, each in a line, or that they cannot be told. */
final class EchoProbe {
    private EchoProbe() {}

    public static void main(String[] arguments) {
        try {
            for (String word : Arguments.asTyped(arguments)) {
                System.out.println(HexFormat.of().formatHex(Arguments.bytes(word)));
            }
        } catch (UsageException lost) {
            System.out.println("refused");
        }
    }
}
