package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Why a file cannot be used and what to do, in words for people: the system's own are for programmers. */
public final class FileProblem extends IOException {
    private static final long serialVersionUID = 1;

    private static final String NO_SPACE = "no-space";
    private static final String NO_DESCRIPTOR = "no-descriptor";
    private static final String TOO_LONG = "file name too long";

    /**
     * What the C library says of an error, the part that matters of it, in small letters: the JDK tells by the text alone;
     * why; what to do; and the word for it if it is a {@link Shortage}.
     */
    private record Known(String system, String why, String whatToDo, Optional<String> shortage) {
        Known(String system, String why, String whatToDo) {
            this(system, why, whatToDo, Optional.empty());
        }

        static Known shortage(String word, String system, String why, String whatToDo) {
            return new Known(system, why, whatToDo, Optional.of(word));
        }
    }

    private static final List<Known> KNOWN = List.of(
            Known.shortage(
                    NO_SPACE, "no space left", "no space left on the device", "make room, or choose another path"),
            Known.shortage(
                    NO_SPACE, "quota exceeded", "the disk quota is used up", "make room, or choose another path"),
            new Known(
                    "read-only file system",
                    "its file system is read-only",
                    "mount it writable, or choose another path"),
            new Known(TOO_LONG, "its name is too long", "choose a shorter one"),
            new Known("symbolic link", "it is a symbolic link", "name the file itself"),
            new Known("not a directory", "a part of the path is not a directory", "choose another path"),
            new Known("is a directory", "it is a directory", "name a file in it"),
            new Known(
                    "operation not permitted",
                    "the system does not permit it",
                    "see with lsattr whether the file or its directory is immutable or append-only, or choose another path"),
            new Known("permission denied", "permission denied", "this user must be able to read and write it"),
            new Known("input/output error", "the disk reported an error", "see dmesg, or choose another path"),
            new Known("structure needs cleaning", "the file system is damaged", "check it with fsck"),
            Known.shortage(
                    NO_DESCRIPTOR, "too many open files", "too many files are open", "raise the limit: ulimit -n"),
            new Known("no such device or address", "it is a pipe, a socket or a device", "name a regular file"),
            new Known("illegal seek", "it is a pipe, a socket or a device", "name a regular file"),
            new Known("file too large", "it may not become larger", "raise the limit: ulimit -f, or rotate it by size"),
            new Known(
                    "resource busy",
                    "it is in use, as a place where something is mounted",
                    "mount its directory instead"),
            new Known("cross-device", "it and its directory are on two file systems", "mount its directory instead"),
            new Known("no locks available", "its file system has no locks", "choose a path on a local disk"),
            new Known("stale file handle", "its file server does not know it any more", "mount it again"),
            new Known("cannot allocate memory", "the system has no memory left", "free some"));

    /** @param whyAndWhatToDo for the person who named the file */
    FileProblem(String whyAndWhatToDo) {
        super(whyAndWhatToDo);
    }

    FileProblem(String whyAndWhatToDo, Throwable cause) {
        super(whyAndWhatToDo, cause);
    }

    /** Why {@code path} cannot be opened, and what to do. */
    public static String describe(IOException failure, Path path) {
        if (failure instanceof FileProblem) {
            return String.valueOf(failure.getMessage());
        }
        Path directory = RotatedNames.directoryOf(path);
        Optional<String> noDirectory = whyNoDirectory(directory);
        if (noDirectory.isPresent()) {
            return noDirectory.get();
        }
        if (failure instanceof AccessDeniedException denied) {
            return "permission denied; this user must be able to read and write " + denied.getFile();
        }
        return known(failure)
                .map(known -> known.why + culprit(failure, path) + "; " + known.whatToDo)
                .orElseGet(() -> why(failure));
    }

    /** Why, for a log: in a few words, with the name that has the problem. */
    public static String why(IOException failure) {
        String name = failure instanceof FileSystemException known && known.getFile() != null
                ? " (" + known.getFile() + ")"
                : "";
        if (failure instanceof FileProblem) {
            return String.valueOf(failure.getMessage());
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied" + name;
        }
        if (failure instanceof NoSuchFileException) {
            return "there is no such file" + name;
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "the name is taken" + name;
        }
        if (failure instanceof NotDirectoryException) {
            return "it is not a directory" + name;
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return "it is a directory" + name;
        }
        return known(failure).map(known -> known.why + name).orElseGet(() -> systemText(failure) + name);
    }

    private static Optional<Known> known(IOException failure) {
        if (failure instanceof Shortage && failure.getCause() instanceof IOException cause) {
            return known(cause);
        }
        String text = systemText(failure).toLowerCase(Locale.ROOT);
        return KNOWN.stream().filter(known -> text.contains(known.system)).findFirst();
    }

    static boolean isTooLong(IOException failure) {
        return systemText(failure).toLowerCase(Locale.ROOT).contains(TOO_LONG);
    }

    private static String systemText(IOException failure) {
        String reason = failure instanceof FileSystemException known ? known.getReason() : failure.getMessage();
        return reason == null ? "the system does not say why" : reason;
    }

    /** The name that has the problem, unless it is the one that the message begins with. */
    private static String culprit(IOException failure, Path path) {
        if (failure instanceof FileSystemException known
                && known.getFile() != null
                && !known.getFile().equals(path.toString())) {
            return " (" + known.getFile() + ")";
        }
        return "";
    }

    /** What is wrong on the way to the directory, from the root on. */
    private static Optional<String> whyNoDirectory(Path directory) {
        for (int names = 0; names <= directory.getNameCount(); names++) {
            Path part = names == 0 ? directory.getRoot() : directory.getRoot().resolve(directory.subpath(0, names));
            if (Files.isDirectory(part)) {
                if (!Files.isExecutable(part)) {
                    return Optional.of("permission denied; this user may not enter the directory " + part);
                }
            } else if (!Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("the directory " + part + " does not exist; create it, or choose another path");
            } else if (Files.isSymbolicLink(part) && !Files.exists(part)) {
                return Optional.of(
                        part + " is a symbolic link that leads nowhere; create its target, or choose another path");
            } else {
                return Optional.of(part + " is not a directory; choose another path");
            }
        }
        return Optional.empty();
    }

    /** A file cannot be made or written to now, and may be later: no room, for example. The message says what is missing. */
    public static final class Shortage extends IOException {
        private static final long serialVersionUID = 1;

        private final String why;

        /** @param why one word, for example {@code no-space} */
        public Shortage(String why, String whatIsMissing, Throwable cause) {
            super(whatIsMissing, cause);
            this.why = why;
        }

        /** One word, for example {@code no-space}. */
        public String why() {
            return why;
        }

        /** What {@code failure} means, if it is that of a full disk or quota, or of too many open files. */
        public static Optional<Shortage> of(IOException failure) {
            if (failure instanceof Shortage known) {
                return Optional.of(known);
            }
            return known(failure)
                    .flatMap(known -> known.shortage().map(word -> new Shortage(word, known.why, failure)));
        }

        /** This instead of {@code failure}, if that is one of those; else {@code failure}. */
        static IOException insteadOf(IOException failure) {
            return of(failure).<IOException>map(shortage -> shortage).orElse(failure);
        }

        /** What fails in making a file is tried again for a while: only then has the sink failed. One thread at a time. */
        static final class Patience {
            private static final long NANOS = TimeUnit.SECONDS.toNanos(30);

            private final LongSupplier clock;
            private boolean tried;
            private long since;

            Patience(LongSupplier clock) {
                this.clock = clock;
            }

            /** It went well. */
            void renew() {
                tried = false;
            }

            /**
             * What to throw instead of {@code failure}: want of room or descriptors is waited for without end.
             *
             * @param message for the log, why there is no file
             */
            IOException instead(IOException failure, String message) {
                Shortage forNow = Shortage.of(failure)
                        .orElseGet(() -> new Shortage("no-file", "no file to write to (" + message + ")", failure));
                if (!forNow.why().equals("no-file")) {
                    tried = false;
                    return forNow;
                }
                if (!tried) {
                    tried = true;
                    since = clock.getAsLong();
                }
                return clock.getAsLong() - since < NANOS ? forNow : new IOException(message, failure);
            }
        }
    }
}
