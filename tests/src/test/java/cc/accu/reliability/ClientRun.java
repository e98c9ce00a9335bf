package cc.accu.reliability;

import cc.accu.e2e.Jar;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code client.jar --ack} with a file of lines, which it may be given again and again until it has delivered it. */
final class ClientRun {
    private static final Pattern ACKED = Pattern.compile("acked=(\\d+)\n");

    private final Lab lab;
    private final Account account;
    private final int count;
    private final Path file;
    private @Nullable Jar jar;

    private ClientRun(Lab lab, Account account, int count) {
        this.lab = lab;
        this.account = account;
        this.count = count;
        this.file = lab.directory().resolve("input-" + account.sender());
    }

    static ClientRun of(Lab lab, int count) throws IOException {
        ClientRun run = new ClientRun(lab, lab.senders().newAccount(), count);
        run.account.attempts(count);
        byte[] line = new byte[Lines.LONGEST];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(run.file))) {
            for (int i = 1; i <= count; i++) {
                out.write(line, 0, lab.lines().write(line, 0, run.account.sender(), i));
            }
        }
        return run;
    }

    /** Starts it with the whole file. */
    void start(ServerAddress server, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of(server.endpoint().split(" ")));
        words.addAll(List.of("--ack", "--print-acks"));
        words.addAll(lab.site().trust());
        words.add("--ack-timeout=" + lab.effort().patient(1_000) + "ms");
        words.add("--retry-timeout=" + lab.effort().patient(10_000) + "ms");
        words.addAll(List.of("--file", file.toString()));
        words.addAll(List.of(options));
        jar = lab.opens(Jar.start(Jar.command("client", words.toArray(String[]::new)), lab.directory()));
    }

    boolean isAlive() {
        return jar != null && jar.isAlive();
    }

    /** How many lines it has reported as acknowledged. */
    int reported() throws IOException {
        return jar == null ? 0 : reported(jar);
    }

    /** Until it has something acknowledged, or is gone. */
    void awaitReport(int millis) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000L;
        while (jar != null && jar.isAlive() && Files.size(jar.outFile()) == 0 && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
    }

    /** Whatever it has reported as acknowledged until then is. */
    void kill() throws IOException, InterruptedException {
        if (jar != null) {
            jar.kill();
            account.hears(reported(jar));
        }
    }

    /** Waits for its end. Exit code 0 says that everything is acknowledged. */
    void delivers() throws IOException, InterruptedException {
        if (jar != null) {
            int exit = jar.ends();
            int reported = reported(jar);
            account.hears(exit == 0 ? count : reported);
            lab.findings()
                    .check(
                            exit == 0 && reported == count,
                            "client.jar --ack ended with " + exit + " and acked=" + reported + ": " + jar.err());
        }
        Files.delete(file);
    }

    private static int reported(Jar jar) throws IOException {
        int last = 0;
        Matcher acked = ACKED.matcher(Files.readString(jar.outFile()));
        while (acked.find()) {
            last = Integer.parseInt(acked.group(1));
        }
        return last;
    }
}
