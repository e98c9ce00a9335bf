package cc.accu.server.internal.file;

import cc.accu.internal.text.Quantities;
import cc.accu.internal.text.TypedText;
import cc.accu.server.internal.format.LineFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The file sink that an address describes.
 *
 * @param keep how many rotated files stay, 0 for all
 * @param keepBytes how much they may take together, with those set aside, 0 for any
 * @param compress whether rotated files are compressed
 * @param mode the permissions of new files
 * @param keepsTorn whether an unfinished last line, as a crash leaves it, goes to a file of its own, or is dropped
 */
public record FileAddress(
        Path path,
        LineFormat.Kind format,
        SyncPolicy sync,
        RotateAt rotate,
        int keep,
        long keepBytes,
        boolean compress,
        int mode,
        boolean keepsTorn) {
    private static final int DEFAULT_MODE = 0640;

    public static FileAddress parse(String path, Optional<String> query) {
        SinkOptions options = new SinkOptions(
                "file",
                query,
                "rotate=100MiB",
                "rotate=1h",
                "keep=10",
                "keep-size=10GiB",
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
                options.one("keep-size", FileAddress::parseKeepSize).orElse(0L),
                options.one("compress", FileAddress::parseCompress).isPresent(),
                options.one("mode", FileAddress::parseMode).orElse(DEFAULT_MODE),
                true);
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
        Path file = TypedText.absolutePath(TypedText.percentDecoded(path));
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

    private static long parseKeepSize(String text) {
        long bytes = Quantities.bytes(text);
        if (bytes == 0) {
            throw new IllegalArgumentException("it is at least 1; to keep all, leave it out");
        }
        return bytes;
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

    /**
     * When written lines are forced to the disk.
     *
     * @param within how long after they were written, for {@link When#LATER}
     */
    public record SyncPolicy(When when, Duration within) {
        static final SyncPolicy ALWAYS = new SyncPolicy(When.ALWAYS, Duration.ZERO);
        static final SyncPolicy NEVER = new SyncPolicy(When.NEVER, Duration.ZERO);

        /** Relative to the commit. */
        enum When {
            ALWAYS,
            LATER,
            NEVER
        }

        public static SyncPolicy parse(String text) {
            return switch (text) {
                case "always" -> ALWAYS;
                case "never" -> NEVER;
                default -> later(text);
            };
        }

        private static SyncPolicy later(String text) {
            Duration within;
            try {
                within = Quantities.duration(text);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("it is always, never, or a time; " + wrong.getMessage(), wrong);
            }
            if (within.isZero()) {
                throw new IllegalArgumentException("a time is more than 0; for none, write always");
            }
            return new SyncPolicy(When.LATER, within);
        }
    }

    /**
     * When the next file is begun.
     *
     * @param bytes the largest file, 0 for any
     * @param age the longest time that a file is written to, 0 for any
     */
    public record RotateAt(long bytes, Duration age) {
        static RotateAt parse(List<RotateAt> given) {
            RotateAt both = new RotateAt(0, Duration.ZERO);
            for (RotateAt one : given) {
                if (one.bytes > 0 ? both.bytes > 0 : !both.age.isZero()) {
                    throw new IllegalArgumentException(
                            "the sink file takes one size and one time as rotate, not two of a kind");
                }
                both = new RotateAt(Math.max(both.bytes, one.bytes), one.bytes > 0 ? both.age : one.age);
            }
            return both;
        }

        /** Either a size or a time. */
        static RotateAt parse(String text) {
            RotateAt one = Quantities.sizeOrTime(
                    text, bytes -> new RotateAt(bytes, Duration.ZERO), age -> new RotateAt(0, age));
            if (one.bytes == 0 && one.age.isZero()) {
                throw new IllegalArgumentException("it must be more than 0; for none, leave it out");
            }
            return one;
        }
    }
}
