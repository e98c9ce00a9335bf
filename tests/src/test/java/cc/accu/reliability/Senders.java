package cc.accu.reliability;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Everyone who sends in a run. One thread. */
final class Senders implements AutoCloseable {
    private final Lines lines;
    private final Findings findings;
    private final long seed;
    private final int firstNumber;
    private final List<Account> accounts = new ArrayList<>();
    private final List<AckSender> running = new ArrayList<>();

    /** Their numbers begin with {@code firstNumber}. */
    Senders(Lines lines, Findings findings, long seed, int firstNumber) {
        this.lines = lines;
        this.findings = findings;
        this.seed = seed;
        this.firstNumber = firstNumber;
    }

    /** For one more sender, with a number that no other has. */
    Account newAccount() {
        Account account = new Account(firstNumber + accounts.size());
        accounts.add(account);
        return account;
    }

    /** For one more sender, whose lines are long. */
    Account newLongAccount() {
        Account account = new Account(Lines.FIRST_LONG_SENDER + accounts.size());
        accounts.add(account);
        return account;
    }

    /** One more that is on its way. */
    AckSender start(Supplier<ServerAddress> server, SenderOptions options) {
        return start(server, options, Integer.MAX_VALUE);
    }

    /** One more that is on its way, for so many lines. */
    AckSender start(Supplier<ServerAddress> server, SenderOptions options, int count) {
        AckSender sender = new AckSender(newAccount(), server, lines, findings, options, seed);
        running.add(sender);
        return sender.upTo(count).start();
    }

    /** That many on their way, over all ways in turn. */
    void start(int count, Site site, SenderOptions options) {
        for (int i = 0; i < count; i++) {
            ServerAddress address = site.address(i);
            start(() -> address, options);
        }
    }

    /** Has everything that was sent acknowledged, in at most that time. */
    void finish(long millis) throws InterruptedException {
        running.forEach(AckSender::finish);
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (AckSender sender : running) {
            if (!sender.awaitEnd((deadline - System.nanoTime()) / 1_000_000)) {
                Account account = sender.account();
                findings.problem("sender " + account.sender() + " has " + account.acknowledged() + " of "
                        + account.attempted() + " lines acknowledged " + millis + " ms after the end of the faults");
            }
        }
        close();
    }

    List<Account> accounts() {
        return List.copyOf(accounts);
    }

    /** Of those that are on their way. */
    List<Account> running() {
        return running.stream().map(AckSender::account).toList();
    }

    /** What each has acknowledged by now. */
    Map<Integer, Integer> acknowledged() {
        Map<Integer, Integer> now = new HashMap<>();
        accounts.forEach(account -> now.put(account.sender(), account.acknowledged()));
        return now;
    }

    long totalAttempted() {
        return accounts.stream().mapToLong(Account::attempted).sum();
    }

    long totalAcknowledged() {
        return accounts.stream().mapToLong(Account::acknowledged).sum();
    }

    /** Waits until something more is acknowledged than {@code before}; how long that took, or -1 after {@code millis}. */
    long awaitProgress(long before, long millis) throws InterruptedException {
        long start = System.nanoTime();
        while (totalAcknowledged() <= before) {
            if (System.nanoTime() - start > millis * 1_000_000) {
                return -1;
            }
            Thread.sleep(1);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** Waits until nothing is acknowledged for {@code quiet} milliseconds; whether it came to that in so many. */
    boolean awaitQuiet(long quiet, long millis) throws InterruptedException {
        long start = System.nanoTime();
        while (awaitProgress(totalAcknowledged(), quiet) >= 0) {
            if (System.nanoTime() - start > millis * 1_000_000) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /** Lines of {@code acknowledged} that are not in {@code stored}. */
    static long lost(Map<Integer, Integer> acknowledged, Stored stored) {
        return acknowledged.entrySet().stream()
                .mapToLong(entry -> stored.lost(entry.getKey(), entry.getValue()))
                .sum();
    }

    @Override
    public void close() throws InterruptedException {
        for (AckSender sender : running) {
            sender.close();
        }
        running.clear();
    }

    /** Sends one line through a connection of its own; how long until it was acknowledged, or -1 after {@code millis}. */
    long probe(ServerAddress server, String durable, long millis) throws InterruptedException, IOException {
        long start = System.nanoTime();
        AckSender probe = start(() -> server, SenderOptions.DURABLE.durable(durable), 1);
        while (probe.account().acknowledged() < 1 && System.nanoTime() - start < millis * 1_000_000) {
            Thread.sleep(1);
        }
        long took = (System.nanoTime() - start) / 1_000_000;
        running.remove(probe);
        probe.awaitEnd(millis);
        probe.close();
        return probe.account().acknowledged() < 1 ? -1 : took;
    }
}
