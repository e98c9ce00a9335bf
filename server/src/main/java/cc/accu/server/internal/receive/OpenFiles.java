package cc.accu.server.internal.receive;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many connections the system's limit on open files leaves room for. */
public final class OpenFiles {
    /** For files of the sinks, libraries, and refused connections before they are closed. */
    private static final int RESERVE = 32;

    private static final int WITHOUT_PROC = 10_000;
    private static final Pattern SOFT_LIMIT = Pattern.compile("(?m)^Max open files\\s+(\\d+)");

    private OpenFiles() {}

    /** The limit, less what is open now and a reserve; at least 1. */
    public static int roomForConnections() {
        String[] open = new File("/proc/self/fd").list();
        try (InputStream limits = new FileInputStream("/proc/self/limits")) {
            Matcher limit = SOFT_LIMIT.matcher(new String(limits.readAllBytes(), StandardCharsets.US_ASCII));
            if (open != null && limit.find()) {
                long room = Long.parseLong(limit.group(1)) - open.length - RESERVE;
                return (int) Math.max(1, Math.min(Integer.MAX_VALUE, room));
            }
        } catch (IOException noProc) {
            return WITHOUT_PROC;
        }
        return WITHOUT_PROC;
    }
}
