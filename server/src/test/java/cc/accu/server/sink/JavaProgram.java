package cc.accu.server.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A test's main class in a JVM of its own, with the same class path, run to its end. */
final class JavaProgram {
    /** What became of it. */
    record Ended(int exitCode, String output, String errors) {}

    private JavaProgram() {}

    /** @param shell what the shell that becomes the JVM is told: {@code exec "$@"}, with what is to come before */
    static Ended run(String shell, Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", shell, "sh"));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(List.of(arguments));
        Process process = new ProcessBuilder(words).start();
        process.getOutputStream().close();
        CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
        String output = read(process.getInputStream());
        return new Ended(process.onExit().join().exitValue(), output, errors.join());
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
