package cc.accu.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A process that writes into a file which of its standard streams there are. */
final class StreamProbe {
    private static final String WRITTEN = "written";

    private StreamProbe() {}

    public static void main(String[] arguments) throws IOException {
        StandardStream.protect();
        Path later = Path.of("later");
        String result;
        try (var file = Files.newOutputStream(later, StandardOpenOption.CREATE, StandardOpenOption.SYNC)) {
            System.out.println("to standard output");
            System.err.println("to standard error");
            file.write(WRITTEN.getBytes(StandardCharsets.US_ASCII));
            result = Files.readString(later);
        }
        Files.writeString(
                Path.of(arguments[0]),
                StandardStream.INPUT.isOpen() + " " + StandardStream.OUTPUT.isOpen() + " "
                        + StandardStream.ERROR.isOpen() + "\n"
                        + (result.equals(WRITTEN) ? "the file has what was written to it" : result) + "\n"
                        + StandardStream.INPUT.missing("it is read").orElse("") + "\n");
    }
}
