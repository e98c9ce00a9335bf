package cc.accu.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import cc.accu.transport.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A packaged jar that runs as a process, with its output in files. */
public final class Jar implements AutoCloseable {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
    private static final int LONGEST_RUN_SECONDS = 60;
    private static final Duration START = Duration.ofSeconds(20);
    private static final String LISTENING = "listening on ";

    private final Process process;
    private final Path out;
    private final Path err;

    private Jar(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Where {@code server.jar}, {@code server-kafka.jar} or {@code client.jar} is; {@code -Daccu.server.jar=FILE} runs
     * another one.
     */
    public static Path file(String jar) {
        String module = jar.replaceFirst("-.*", "");
        String built = Path.of("..", module, "target", jar + ".jar").toString();
        Path file = Path.of(System.getProperty("accu." + jar + ".jar", built))
                .toAbsolutePath()
                .normalize();
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: run mvn package");
        }
        return file;
    }

    /** The words that run one of the jars. */
    public static List<String> command(String jar, String... arguments) {
        Path file = file(jar);
        List<String> words = new ArrayList<>(List.of(JAVA.toString(), "-Xmx128m", "-jar", file.toString()));
        words.addAll(List.of(arguments));
        return words;
    }

    static Jar start(String jar, Path directory, String... arguments) throws IOException {
        return start(command(jar, arguments), directory);
    }

    /** Starts {@code words}; its output goes to files in {@code directory}. */
    public static Jar start(List<String> words, Path directory) throws IOException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        Process process = new ProcessBuilder(words)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Jar(process, out, err);
    }

    /** Starts {@code words} with standard output in a pipe, which nobody reads but {@link #pipe}. */
    public static Jar startPiped(List<String> words, Path directory) throws IOException {
        Path err = Files.createTempFile(directory, "err", ".txt");
        Process process = new ProcessBuilder(words).redirectError(err.toFile()).start();
        return new Jar(process, err, err);
    }

    public InputStream pipe() {
        return process.getInputStream();
    }

    /** One line from the pipe. */
    String readPipedLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int value = pipe().read(); value != '\n' && value >= 0; value = pipe().read()) {
            line.append((char) value);
        }
        return line.toString();
    }

    Jar types(String input) throws IOException {
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().close();
        return this;
    }

    /** Goes on typing later. */
    Jar typesSome(String input) throws IOException {
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().flush();
        return this;
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    public Path outFile() {
        return out;
    }

    long countOutLines() throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(out)) {
            return reader.lines().count();
        }
    }

    public String err() {
        try {
            return Files.readString(err);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    List<String> errLines() {
        try (Stream<String> lines = err().lines()) {
            return lines.toList();
        }
    }

    /** Waits until a server takes messages. */
    void awaitReady() {
        await().atMost(START).until(() -> err().contains("ready\n") || !isAlive());
        assertThat(err()).contains("ready\n");
    }

    /** Where a server listens, by what it has said so far, in order. */
    List<Endpoint> endpoints() {
        return errLines().stream()
                .filter(line -> line.startsWith(LISTENING))
                .map(line -> Endpoint.parse(line.substring(LISTENING.length())))
                .toList();
    }

    /** Where a server listens on TCP, with TLS or without; waits until it takes messages. */
    List<Endpoint.Tcp> awaitTcp() {
        awaitReady();
        return endpoints().stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(Endpoint.Tcp.class::cast)
                .toList();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM, and leaves the pipes open, which the process's own method would close. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** Sends SIGKILL, and waits until nothing is left. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The exit code. */
    public int ends() throws InterruptedException {
        if (!process.waitFor(LONGEST_RUN_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("still running after " + LONGEST_RUN_SECONDS + " s: " + err());
        }
        return process.exitValue();
    }

    /** Sends SIGTERM; the exit code. */
    public int stops() throws InterruptedException {
        terminate();
        return ends();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly); // a shell's, or a supervisor's
        process.destroyForcibly();
    }
}
