package cc.accu.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What strace wrote down: a file whose sync has failed must not be synced again, because that would succeed for nothing. */
final class SyncTrace {
    private static final Pattern CALL = Pattern.compile("(fdatasync|fsync|close)\\((\\d+)");

    private SyncTrace() {}

    static void check(Path trace, Findings findings) throws IOException {
        Set<String> failed = new HashSet<>();
        for (String line : Files.readAllLines(trace)) {
            Matcher call = CALL.matcher(line);
            if (!call.find()) {
                continue;
            }
            String descriptor = call.group(2);
            if (call.group(1).equals("close")) {
                failed.remove(descriptor);
            } else if (!failed.add(descriptor)) {
                findings.problem("synced again after a sync of the same file failed: " + line);
            } else if (!line.contains("(INJECTED)")) {
                failed.remove(descriptor);
            }
        }
    }
}
