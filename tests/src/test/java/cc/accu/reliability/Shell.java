package cc.accu.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of the system. */
final class Shell {
    private static final int LONGEST_SECONDS = 60;

    private Shell() {}

    /** What the command prints. */
    static String run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", words) + ": " + output.strip());
        }
        return output.strip();
    }

    static boolean succeeds(String... words) {
        try {
            run(words);
            return true;
        } catch (IOException failed) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static boolean has(String program) {
        return succeeds("sh", "-c", "command -v " + program);
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        run("kill", "-" + name, Long.toString(pid));
    }

    /** Everything that the command needs, in words that say what is missing; empty if it is here. */
    static List<String> missing(String... programs) {
        return List.of(programs).stream()
                .filter(program -> !has(program))
                .map(program -> program + " is not installed")
                .toList();
    }
}
