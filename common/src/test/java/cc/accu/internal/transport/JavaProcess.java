package cc.accu.internal.transport;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own for a test's main class, with the same class path; closing it ends its input and waits. */
final class JavaProcess implements AutoCloseable {
    private static final String NO_NATIVE = "io.netty.transport.noNative";

    private final Process process;
    private final BufferedReader output;
    private final Writer input;

    private JavaProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
        this.input = process.outputWriter();
    }

    static JavaProcess start(Class<?> main, String... arguments) throws IOException {
        return startAfter("", main, arguments);
    }

    /** Runs {@code command} in the shell that then becomes the JVM. */
    static JavaProcess startAfter(String command, Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", command + "\nexec \"$0\" \"$@\""));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-XX:TieredStopAtLevel=1");
        words.add("-D" + NO_NATIVE + "=" + Boolean.getBoolean(NO_NATIVE));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(List.of(arguments));
        return new JavaProcess(new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** The next line that it prints, or nothing at its end. */
    String says() throws IOException {
        String line = output.readLine();
        return line == null ? "" : line;
    }

    void hears(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    @Override
    public void close() throws IOException {
        try {
            input.close();
        } finally {
            process.onExit().join();
        }
    }
}
