package cc.accu.reliability;

import cc.accu.e2e.Jar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server as a process of its own. */
final class Server implements AutoCloseable {
    private static final Pattern BOOKS =
            Pattern.compile("stopped by \\w+: received=(\\d+) stored=(\\d+) discarded=(\\d+).* in-flight=(\\d+)");
    private static final Pattern SINK_FAILED = Pattern.compile("sink .*has failed");
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    // What counts here is how soon a server is there, not how fast it gets.
    private static final List<String> STARTS_FAST = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    private static final long LONGEST_START_MILLIS = 30_000;

    private final Jar jar;
    private final long startMillis;

    private Server(Jar jar, long startMillis) {
        this.jar = jar;
        this.startMillis = startMillis;
    }

    /** The words that run a server, behind those of {@code wrapper}. */
    static List<String> words(List<String> wrapper, String... arguments) {
        return words("server", wrapper, arguments);
    }

    /** The same with that jar. */
    static List<String> words(String jar, List<String> wrapper, String... arguments) {
        List<String> words = new ArrayList<>(Jar.command(jar, arguments));
        words.addAll(1, STARTS_FAST);
        words.addAll(0, wrapper);
        return words;
    }

    /** The same with so much heap. */
    static List<String> withHeap(String size, List<String> words) {
        return words.stream()
                .map(word -> word.startsWith("-Xmx") ? "-Xmx" + size : word)
                .toList();
    }

    /** Starts a server and waits until it is ready. */
    static Server start(Path directory, List<String> words) throws IOException, InterruptedException {
        return ready(Jar.start(words, directory));
    }

    /** Waits until a server that was just started is ready. */
    static Server ready(Jar jar) throws InterruptedException {
        long start = System.nanoTime();
        while (!jar.err().contains("ready\n")) {
            long millis = (System.nanoTime() - start) / 1_000_000;
            if (!jar.isAlive() || millis > LONGEST_START_MILLIS) {
                String log = jar.err();
                jar.kill();
                throw new IllegalStateException("the server did not start: " + log);
            }
            Thread.sleep(2);
        }
        return new Server(jar, (System.nanoTime() - start) / 1_000_000);
    }

    long startMillis() {
        return startMillis;
    }

    long pid() {
        return jar.pid();
    }

    Jar jar() {
        return jar;
    }

    String log() {
        return jar.err();
    }

    boolean saysThatItsSinkFailed() {
        return SINK_FAILED.matcher(log()).find();
    }

    void kill() throws InterruptedException {
        jar.kill();
    }

    /** SIGTERM; the exit code. */
    int terminate() throws InterruptedException {
        return jar.stops();
    }

    /** Waits for the end of one that was told to stop; the exit code. */
    int ends() throws InterruptedException {
        return jar.ends();
    }

    /** Stops every thread where it is. */
    void freeze() throws IOException, InterruptedException {
        Shell.signal("STOP", pid());
        while (!isFrozen()) {
            Thread.sleep(1);
        }
    }

    private boolean isFrozen() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid()), "task"))) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (Character.toUpperCase(stat.charAt(stat.lastIndexOf(')') + 2)) != 'T') {
                    return false;
                }
            }
            return true;
        }
    }

    void thaw() throws IOException, InterruptedException {
        Shell.signal("CONT", pid());
    }

    /** Memory in use, in KiB. */
    long rssKib() throws IOException {
        Matcher rss = RSS.matcher(Files.readString(Path.of("/proc", Long.toString(pid()), "status")));
        return rss.find() ? Long.parseLong(rss.group(1)) : 0;
    }

    /** What it said when it stopped. */
    Optional<Books> books() {
        return BOOKS.matcher(log()).results().findFirst().map(Books::of);
    }

    /** Messages, as the server counted them. */
    record Books(long received, long stored, long discarded, long inFlight) {
        static Books of(MatchResult found) {
            long[] counts = new long[5];
            for (int i = 1; i < counts.length; i++) {
                counts[i] = Long.parseLong(found.group(i));
            }
            return new Books(counts[1], counts[2], counts[3], counts[4]);
        }

        boolean balance() {
            return received == stored + discarded + inFlight;
        }
    }

    @Override
    public void close() {
        jar.close();
    }
}
