package cc.accu.internal.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files, sockets included, this process may have open, and has; nothing where the system does not say. Any thread. */
public final class OpenFiles {
    private static final Pattern SOFT_LIMIT = Pattern.compile("(?m)^Max open files\\s+(\\d+)");

    private OpenFiles() {}

    public static OptionalLong limit() {
        try (InputStream limits = new FileInputStream("/proc/self/limits")) {
            Matcher limit = SOFT_LIMIT.matcher(new String(limits.readAllBytes(), StandardCharsets.US_ASCII));
            return limit.find() ? OptionalLong.of(Long.parseLong(limit.group(1))) : OptionalLong.empty();
        } catch (IOException noProc) {
            return OptionalLong.empty();
        }
    }

    public static OptionalLong open() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? OptionalLong.empty() : OptionalLong.of(open.length);
    }
}
