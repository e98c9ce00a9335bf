package cc.accu.server.sink;

import cc.accu.internal.cli.Arguments;
import cc.accu.internal.cli.Quantities;
import cc.accu.internal.cli.TypedPath;
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
        if (text.startsWith("//") && !text.startsWith("///")) {
            String path = text.substring(2);
            throw new IllegalArgumentException("'file:" + text
                    + "': what follows two slashes is a host, and a file sink" + " has none; write file:///" + path
                    + ", or file:" + path + " for a path in the working directory");
        }
        String path = text.startsWith("//") ? text.substring(2) : text;
        if (path.equals("~") || path.startsWith("~/")) {
            throw new IllegalArgumentException("'file:" + text
                    + "': the shell puts your home directory in the place of ~ only at the beginning of a word; write"
                    + " \"file:$HOME" + path.substring(1) + "\", or file:./" + path + " if that is its name");
        }
        if (path.isEmpty() || path.endsWith("/")) {
            throw namesNoFile(text);
        }
        Path file = TypedPath.absolute(Arguments.percentDecoded(path));
        if (file.getFileName() == null) {
            throw namesNoFile(text);
        }
        return file;
    }

    private static IllegalArgumentException namesNoFile(String text) {
        return new IllegalArgumentException(
                "'file:" + text + "' names no file; for example file:/var/log/accu/messages.log");
    }

    private static int parseKeep(String text) {
        int keep = Quantities.asInt(Quantities.count(text));
        if (keep == 0) {
            throw new IllegalArgumentException("it is at least 1; to keep all, leave it out");
        }
        return keep;
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
