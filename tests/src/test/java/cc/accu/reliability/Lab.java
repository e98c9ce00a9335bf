package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Where one run takes place: its directory, its servers and senders, and what is known about them. One thread. */
final class Lab implements AutoCloseable {
    private static final int LONGEST_START_MILLIS = 2_000;
    private static final int LONGEST_PROBE_MILLIS = 1_000;
    private static final int LONGEST_WAIT_MILLIS = 30_000;

    private final String fault;
    private final Effort effort;
    private final Path directory;
    private final Site site;
    private final Lines lines;
    private final Random random;
    private final Findings findings = new Findings();
    private final Senders senders;
    private final Stored stored;
    private final Progress progress;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private long lostOnTheWay;

    Lab(String fault, Effort effort, int longestLine, Carrier carrier) throws IOException {
        this.fault = fault;
        this.effort = effort;
        this.directory = Files.createTempDirectory("accu-" + fault);
        this.site = Site.in(directory, carrier);
        this.lines = new Lines(effort.seed(), longestLine);
        this.random = new Random(effort.seed());
        this.senders = opens(new Senders(lines, findings, effort.seed(), 1));
        this.stored = new Stored(lines);
        this.progress = new Progress(fault, effort.rounds());
    }

    int rounds() {
        return effort.rounds();
    }

    Effort effort() {
        return effort;
    }

    Path directory() {
        return directory;
    }

    Path newDirectory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }

    Site site() {
        return site;
    }

    Lines lines() {
        return lines;
    }

    Random random() {
        return random;
    }

    Findings findings() {
        return findings;
    }

    Senders senders() {
        return senders;
    }

    Stored stored() {
        return stored;
    }

    /** Closed at the end, the last one first. */
    <C extends AutoCloseable> C opens(C resource) {
        open.push(resource);
        return resource;
    }

    /** An option that changes when a file is synced: what a process that dies must not lose does not depend on it. */
    String anySync() {
        return List.of("sync=always", "sync=1s", "sync=never").get(random.nextInt(3));
    }

    Server start(String sink, String... options) throws IOException, InterruptedException {
        return startWith(List.of(), sink, options);
    }

    /** Starts a server behind the words of {@code wrapper}. */
    Server startWith(List<String> wrapper, String sink, String... options) throws IOException, InterruptedException {
        return started(wrapper.isEmpty(), Server.words(wrapper, site.arguments(sink, options)));
    }

    /** Starts a server with so much heap. */
    Server startSmall(String heap, String sink, String... options) throws IOException, InterruptedException {
        return started(true, Server.withHeap(heap, Server.words(List.of(), site.arguments(sink, options))));
    }

    /** Starts a server at another place than that of the run. */
    Server startAt(Site other, String sink, String... options) throws IOException, InterruptedException {
        return started(true, Server.words(List.of(), other.arguments(sink, options)));
    }

    /** Starts the server that has the Kafka client in it; brokers may be starting as well. */
    Server startWithKafka(String sink) throws IOException, InterruptedException {
        List<String> words = Server.words("server-kafka", List.of(), site.arguments(sink, "--kafka-wait", "60s"));
        return started(false, words);
    }

    private Server started(boolean alone, List<String> words) throws IOException, InterruptedException {
        Server server = opens(Server.start(directory, words));
        if (alone) {
            findings.measured("start ms", server.startMillis(), effort.patient(LONGEST_START_MILLIS));
        }
        return server;
    }

    /** A fresh line must be stored within a second. */
    void probe(String durable) throws IOException, InterruptedException {
        int limit = effort.patient(LONGEST_PROBE_MILLIS);
        long millis = senders.probe(site.address(random.nextInt(2)), durable, limit);
        findings.measured("fresh line ms", millis);
        findings.check(millis >= 0, "a fresh line was not stored within " + limit + " ms");
    }

    /** Reads what is stored at the end, where no sender was cut off. */
    void readWholeLines(Path directory) throws IOException {
        stored.read(SinkFiles.in(directory));
        findings.check(stored.fragments() == 0, "an unfinished line was taken for a message");
    }

    /** Lines that {@code copy}, a look at the sink while the run was under way, should have had. */
    void lost(long count, Stored copy, String where) {
        lostOnTheWay += count;
        if (count > 0) {
            findings.problem(where + ": lost " + count + "; " + copy.samples());
        }
    }

    void round(int done) {
        progress.round(done, senders.totalAcknowledged(), findings);
    }

    /** Everything that was sent must come to be acknowledged now that no more faults happen. */
    void finish() throws InterruptedException {
        senders.finish(LONGEST_WAIT_MILLIS);
    }

    /** Stops a server whose sink works: all is stored, the books balance, the exit code is 0. */
    Server.Books stop(Server server) throws InterruptedException {
        return stopped(server, server.terminate());
    }

    /** Looks at a server whose sink works, and which ended after a signal. */
    Server.Books stopped(Server server, int exit) {
        findings.check(exit == 0, "exit code " + exit + " after SIGTERM: " + server.log());
        Server.Books books = server.books().orElse(new Server.Books(-1, 0, 0, 0));
        findings.check(
                books.balance() && books.inFlight() == 0, "the books do not balance: " + books + " in " + server.log());
        return books;
    }

    /** @param complete whether everything that is stored was read */
    Report report(boolean complete) {
        long lost = lostOnTheWay + (complete ? Senders.lost(senders.acknowledged(), stored) : 0);
        long unexpected = stored.unexpected(senders.accounts());
        stored.samples().forEach(findings::problem);
        return new Report(
                fault,
                effort,
                progress.seconds(),
                senders.totalAttempted(),
                senders.totalAcknowledged(),
                stored.count(),
                lost,
                unexpected,
                stored.duplicates(),
                stored.fragments(),
                stored.disordered(),
                findings.toString(),
                findings.problems());
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception failure) {
                System.out.println("       cleaning up after " + fault + ": " + failure);
            }
        }
        if (findings.problems().isEmpty()) {
            Trees.delete(directory);
        } else {
            System.out.println("       what is left of " + fault + " is in " + directory);
        }
    }
}
