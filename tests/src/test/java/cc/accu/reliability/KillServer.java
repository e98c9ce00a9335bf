package cc.accu.reliability;

import cc.accu.e2e.Jar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** kill -9 of the server under load, at any moment, and a start on the files it left; senders go on. */
final class KillServer implements Experiment {
    private static final int SENDERS = 6;
    private static final int LONGEST_LIFE_MILLIS = 500;
    private static final int LONGEST_BIRTH_MILLIS = 400;
    private static final List<String> ROTATIONS =
            List.of("rotate=2MiB", "rotate=10ms", "rotate=100KiB&compress=gzip", "keep=1000000");
    private static final int ROUNDS_BETWEEN_CHECKS = 5;

    @Override
    public void run(Lab lab) throws IOException, InterruptedException {
        Path files = lab.newDirectory("files");
        Server server = lab.start(sink(lab, files));
        lab.senders()
                .start(
                        SENDERS,
                        lab.site(),
                        SenderOptions.DURABLE.durable(SenderOptions.ON_FILE).linesPerSecond(10_000));
        for (int round = 1; round <= lab.rounds(); round++) {
            Thread.sleep(lab.random().nextInt(LONGEST_LIFE_MILLIS));
            server.kill();
            // In the other rounds a torn line stays where it is, for the next server to deal with.
            if (round % ROUNDS_BETWEEN_CHECKS == 0) {
                SinkFiles.absorb(SinkFiles.in(files), lab.stored());
            } else {
                tear(lab, files.resolve(SinkFiles.NAME));
                killWhileItStarts(lab, sink(lab, files));
            }
            server = lab.start(sink(lab, files));
            lab.probe(SenderOptions.ON_FILE);
            lab.round(round);
        }
        lab.finish();
        lab.stop(server);
        lab.findings().counted("torn lines put aside", tornFiles(files));
        lab.stored().read(SinkFiles.in(files));
        lab.findings().check(lab.stored().fragments() == 0, "a torn line was taken for a message");
    }

    private static String sink(Lab lab, Path files) {
        String rotate = ROTATIONS.get(lab.random().nextInt(ROTATIONS.size()));
        return "file:" + files.resolve(SinkFiles.NAME) + "?" + rotate + "&" + lab.anySync();
    }

    /** A kill seldom hits a write half way: now and then, this is what it would leave. */
    private static void tear(Lab lab, Path file) throws IOException {
        if (lab.random().nextInt(3) > 0 || !Files.exists(file)) {
            return;
        }
        byte[] line = new byte[Lines.LONGEST];
        int length = lab.lines().write(line, 0, 1, Integer.MAX_VALUE);
        byte[] torn = Arrays.copyOf(line, 1 + lab.random().nextInt(length - 2));
        Files.write(file, torn, StandardOpenOption.APPEND);
        lab.findings().counted("lines torn");
    }

    private static void killWhileItStarts(Lab lab, String sink) throws IOException, InterruptedException {
        if (lab.random().nextInt(5) > 0) {
            return;
        }
        try (Jar jar = Jar.start(Server.words(List.of(), lab.site().arguments(sink)), lab.directory())) {
            Thread.sleep(lab.random().nextInt(LONGEST_BIRTH_MILLIS));
            jar.kill();
        }
        lab.findings().counted("killed while starting");
    }

    private static long tornFiles(Path files) throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            return all.filter(file -> file.getFileName().toString().startsWith(SinkFiles.NAME + ".torn-"))
                    .count();
        }
    }
}
