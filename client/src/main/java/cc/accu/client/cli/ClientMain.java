package cc.accu.client.cli;

import cc.accu.internal.cli.Program;
import cc.accu.internal.cli.Reference;
import cc.accu.internal.cli.Variables;
import cc.accu.transport.Endpoint;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Starts the command: {@code client.jar [send|ping|bench] NETWORK ADDRESS ...}, or {@code certs}. */
public final class ClientMain {
    private static final String NAME = "client";
    private static final String HINT = "client: try --help";
    private static final String SEND = "send";
    private static final Set<String> NETWORKS = Set.of("tcp", "tcp4", "tcp6", "tls", "unix");
    private static final Set<String> OPTIONS_OF_THE_SERVER = Set.of(
            "--to",
            "--max-line",
            "--long-line",
            "--read-timeout",
            "--line-timeout",
            "--unfinished-timeout",
            "--acks",
            "--mode",
            "--group",
            "--tls-client-ca",
            "--tls-crl",
            "--tls-allow",
            "--buffer",
            "--max-connections",
            "--drain-timeout");

    private ClientMain() {}

    public static void main(String[] arguments) {
        Program program = Program.ofProcess(NAME, HINT, ClientMain.class);
        LastWords lastWords = LastWords.ofProcess();
        System.exit(program.run(
                arguments,
                words -> run(words, System.in, program, lastWords, new Variables("ACCU_CLIENT_", System.getenv()))));
    }

    /** Runs one command and returns its exit code: 0 all delivered, 1 not, 2 wrong usage. */
    static int run(List<String> words, InputStream in, PrintWriter out, PrintWriter err) {
        return run(words, in, new Program(NAME, HINT, ClientMain.class, out, err), new LastWords(), Variables.NONE);
    }

    private static int run(
            List<String> words, InputStream in, Program program, LastWords lastWords, Variables variables) {
        Optional<String> mistake = meantForTheServer(words);
        if (mistake.isPresent()) {
            return program.wrongUsage(mistake.get());
        }
        try {
            CommandSpec root = CommandSpec.create()
                    .addSubcommand(SEND, new SendCommand(in, program, lastWords).spec())
                    .addSubcommand("ping", new PingCommand().spec())
                    .addSubcommand("bench", new BenchCommand(program.out()).spec())
                    .addSubcommand("tail", new TailCommand(program).spec())
                    .addSubcommand("top", new TopCommand(program).spec())
                    .addSubcommand("certs", new CertsCommand(program.out()).spec());
            if (Reference.isAskedFor(words)) {
                return program.print(new Reference("accu", root).of(words, "sends messages to an accu server", 1));
            }
            return program.run(root, withCommand(words, root.subcommands().keySet()), false, variables);
        } finally {
            lastWords.areSaid();
        }
    }

    /** The command is the first word, if it is one: a message may be "ping" too. */
    private static List<String> withCommand(List<String> words, Set<String> commands) {
        if (!words.isEmpty() && commands.contains(words.get(0))) {
            return words;
        }
        List<String> complete = new ArrayList<>(words);
        complete.add(0, SEND);
        return complete;
    }

    /** What is wrong with words that are how a server is started. */
    private static Optional<String> meantForTheServer(List<String> words) {
        for (String word : words) {
            if (word.equals("--")) {
                break;
            }
            String name = word.replaceFirst("=.*", "");
            if (OPTIONS_OF_THE_SERVER.contains(name)) {
                return Optional.of(name + " is an option of the server: java -jar server.jar ...");
            }
        }
        int first = lengthOfAddress(words, 0);
        int second = first == 0 ? 0 : lengthOfAddress(words, first);
        return second == 0
                ? Optional.empty()
                : Optional.of("'" + String.join(" ", words.subList(first, first + second))
                        + "' looks like another address to listen on:"
                        + " that is for java -jar server.jar; to send it as messages, put -- before it");
    }

    /** How many words from {@code from} on are one address; 0 if they are none. */
    private static int lengthOfAddress(List<String> words, int from) {
        int length = from < words.size() && words.get(from).contains("://") ? 1 : 2;
        if (from + length > words.size() || (length == 2 && !NETWORKS.contains(words.get(from)))) {
            return 0;
        }
        try {
            if (length == 1) {
                Endpoint.parse(words.get(from).split("\\?", 2)[0]);
            } else {
                Endpoint.parse(words.get(from), words.get(from + 1));
            }
            return length;
        } catch (IllegalArgumentException no) {
            return 0;
        }
    }

    /**
     * What a command says when a signal ends it before it is done: SIGINT, SIGTERM or SIGHUP, each of which makes the JVM run
     * its shutdown hooks, and then end with 128 and the signal's number. Any thread.
     */
    static final class LastWords {
        private static final Duration MOST = Duration.ofSeconds(2);

        private final AtomicReference<@Nullable Runnable> words = new AtomicReference<>();

        /** For this process, from now on. */
        static LastWords ofProcess() {
            LastWords last = new LastWords();
            Runtime.getRuntime().addShutdownHook(new Thread(last::say, "accu-client-end"));
            return last;
        }

        /** Says this if it is interrupted now. */
        void become(Runnable saying) {
            words.set(saying);
        }

        /** There is nothing more to say: the command is done. */
        void areSaid() {
            words.set(null);
        }

        /** Where nobody reads what is said, it ends all the same. */
        private void say() {
            Runnable last = words.get();
            if (last == null) {
                return;
            }
            Thread saying = new Thread(last, "accu-client-last-words");
            saying.setDaemon(true);
            saying.start();
            try {
                saying.join(MOST.toMillis());
            } catch (InterruptedException noTime) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
