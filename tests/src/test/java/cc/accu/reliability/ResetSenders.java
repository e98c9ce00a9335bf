package cc.accu.reliability;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Senders that greet, send lines and a piece of one, and reset, so fast that the server's welcome may be the first to meet
 * the reset: the piece is no line. Of plain senders it is kept, and said to be what a reset left.
 */
final class ResetSenders implements Experiment {
    private static final int SENDERS = 2;

    @Override
    public void run(Lab lab) throws Exception {
        Path file = lab.newDirectory("files").resolve(SinkFiles.NAME);
        Path told = lab.newDirectory("told").resolve(SinkFiles.NAME);
        Server server = lab.start(
                "file:" + file + "?" + lab.anySync(), "--to", "file:" + told + "?format=json&" + lab.anySync());
        SenderOptions options = SenderOptions.DURABLE.durable(SenderOptions.ON_FILE);
        lab.senders().start(SENDERS, lab.site(), options.linesPerSecond(500));
        Set<String> plain = new HashSet<>();
        for (int round = 1; round <= lab.rounds(); round++) {
            boolean greets = round % 4 != 0;
            String peer = new ResetSender(lab.senders().newAccount(), lab.lines(), lab.random())
                    .send(lab.site().tcp(), greets);
            if (!greets) {
                plain.add(peer);
            }
            lab.round(round);
        }
        lab.finish();
        lab.probe(SenderOptions.ON_FILE);
        lab.stop(server);
        lab.stored().read(List.of(file));
        List<JsonEnds> ends = JsonEnds.in(told);
        lab.findings().counted("pieces of plain senders", ends.size());
        for (JsonEnds end : ends) {
            lab.findings().check(end.end().equals("reset"), "a piece was kept as if its sender had ended it: " + end);
            lab.findings().check(plain.contains(end.peer()), "a piece was kept of a sender with acks: " + end);
        }
        long pieces = lab.stored().fragments();
        lab.findings().check(pieces <= ends.size(), pieces + " pieces are stored, " + ends.size() + " are marked");
    }
}
