package cc.accu.reliability;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Many {@link Holder}s at once, on a thread of their own. */
final class Crowd implements AutoCloseable {
    private static final int SELECT_MILLIS = 10;
    private static final List<Holder.Way> WAYS = List.of(Holder.Way.values());

    private final Lines lines;
    private final Findings findings;
    private final List<Holder> holders = new ArrayList<>();
    private final Selector selector = Selector.open();
    private final byte[] scratch = new byte[Lines.LONGEST_LONG + 1];
    private final Thread thread = new Thread(this::run, "crowd");
    private volatile boolean closed;

    private Crowd(Lab lab) throws IOException {
        this.lines = lab.lines();
        this.findings = lab.findings();
    }

    /** So many that hold, over all ways in turn; those who will finish ask for acks. */
    static Crowd of(Lab lab, int count) throws IOException {
        Crowd crowd = new Crowd(lab);
        for (int i = 0; i < count; i++) {
            Holder.Way way = anyWay(lab, i);
            boolean greets = way == Holder.Way.FINISH || lab.random().nextBoolean();
            crowd.holders.add(Holder.open(
                    lab.site().address(i), lab.senders().newLongAccount(), way, greets, crowd.selector, crowd.lines));
        }
        crowd.thread.setDaemon(true);
        crowd.thread.start();
        return crowd;
    }

    /** There are no resets on Unix sockets. */
    private static Holder.Way anyWay(Lab lab, int number) {
        Holder.Way way = WAYS.get(lab.random().nextInt(WAYS.size()));
        return lab.site().address(number).isUnix() && way == Holder.Way.RESET ? Holder.Way.CLOSE : way;
    }

    private void run() {
        try {
            while (!closed) {
                selector.select(SELECT_MILLIS);
                synchronized (this) {
                    for (SelectionKey key : selector.selectedKeys()) {
                        ((Holder) key.attachment()).goOn(lines, scratch);
                    }
                }
                selector.selectedKeys().clear();
            }
        } catch (IOException failure) {
            findings.problem("cannot hold connections: " + failure);
        }
    }

    /** How many are of that kind. */
    synchronized long count(Predicate<Holder> kind) {
        return holders.stream().filter(kind).count();
    }

    /** Those of that kind leave. */
    synchronized void leave(Predicate<Holder> kind) {
        holders.stream().filter(kind.and(holder -> !holder.hasEnded())).forEach(Holder::leave);
        selector.wakeup();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        closed = true;
        thread.join();
        holders.forEach(Holder::end);
        selector.close();
    }
}
