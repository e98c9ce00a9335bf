package cc.accu.server.sink;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file sink that an address describes.
 *
 * @param keep how many rotated files stay, 0 for all
 * @param compress whether rotated files are compressed
 * @param mode the permissions of new files
 */
record FileAddress(
        Path path, LineFormat.Kind format, SyncPolicy sync, RotateAt rotate, int keep, boolean compress, int mode) {
    private static final int DEFAULT_MODE = 0640;

    static FileAddress parse(String path, Optional<String> query) {
        SinkOptions options = new SinkOptions(
                "file",
                query,
                "rotate=100MiB",
                "rotate=1h",
                "keep=10",
                "compress=gzip",
                "sync=always|1s|never",
                "mode=0640",
                "format=raw|text|json");
        return new FileAddress(
                parsePath(path),
                options.one("format", LineFormat.Kind::parse).orElse(LineFormat.Kind.RAW),
                options.one("sync", SyncPolicy::parse).orElse(SyncPolicy.ALWAYS),
                RotateAt.parse(options.all("rotate", RotateAt::parse)),
                options.one("keep", FileAddress::parseKeep).orElse(0),
                options.one("compress", FileAddress::parseCompress).isPresent(),
                options.one("mode", FileAddress::parseMode).orElse(DEFAULT_MODE));
    }

    private static Path parsePath(String text) {
        String path = text;
        if (text.startsWith("//")) {
            if (!text.startsWith("///")) {
                throw new IllegalArgumentException("a file sink has no host: write file:/path, not file:" + text);
            }
            path = text.substring(2);
        }
        try {
            Path decoded = Path.of(decoded(path));
            if (path.isEmpty() || path.endsWith("/") || decoded.getFileName() == null) {
                throw new IllegalArgumentException(
                        "'file:" + text + "' names no file; for example file:/var/log/accu/messages.log");
            }
            return decoded.toAbsolutePath().normalize();
        } catch (InvalidPathException wrong) {
            throw new IllegalArgumentException("'file:" + text + "': " + wrong.getReason(), wrong);
        }
    }

    private static String decoded(String path) {
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "'file:" + path + "': a percent sign comes with two hexadecimal digits, as in %20", wrong);
        }
    }

    private static int parseKeep(String text) {
        try {
            int keep = Integer.parseInt(text);
            if (keep > 0) {
                return keep;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("it is a number of files, for example 10", notANumber);
        }
        throw new IllegalArgumentException("it is at least 1; to keep all, leave it out");
    }

    private static String parseCompress(String text) {
        if (!text.equals("gzip")) {
            throw new IllegalArgumentException("it is gzip");
        }
        return text;
    }

    private static int parseMode(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("a mode is three octal digits, for example 0640");
        }
        int mode = Integer.parseInt(text, 8);
        if ((mode & 0600) != 0600) {
            throw new IllegalArgumentException("the owner must be able to read and write, for example 0640");
        }
        return mode;
    }

    /** Without the options: the name in logs. */
    @Override
    public String toString() {
        return "file:" + path;
    }
}
