package cc.accu.server.internal.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What has a name, as the system tells without following it. A snapshot: who must be sure opens the file, and then asks
 * for {@link #sameAndOpen}.
 *
 * @param key the same for the same file, whatever its names
 * @param mode the permission bits
 */
public record FoundFile(Path path, Object key, Kind kind, int mode, int links, int owner, int group) {
    private static final String ATTRIBUTES = "unix:fileKey,mode,nlink,uid,gid";
    private static final int PERMISSIONS = 0777;
    private static final int WRITABLE_BY_OTHERS = 0002;

    private static final Set<Path> STANDARD_OUTPUT =
            Set.of(Path.of("/dev/stdout"), Path.of("/dev/fd/1"), Path.of("/proc/self/fd/1"));

    /** What is there now, or nothing. */
    static Optional<FoundFile> at(Path path) throws IOException {
        try {
            Map<String, Object> found = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            int mode = number(found, "mode");
            return Optional.of(new FoundFile(
                    path,
                    Objects.requireNonNull(found.get("fileKey")),
                    Kind.of(mode),
                    mode & PERMISSIONS,
                    number(found, "nlink"),
                    number(found, "uid"),
                    number(found, "gid")));
        } catch (NoSuchFileException nothing) {
            return Optional.empty();
        }
    }

    /** Before anything is made beside it: what cannot be a file of ours, and names that would be too long later. */
    public static void refuseWhatCannotBeOurs(Path path) throws IOException {
        Optional<FoundFile> found = FoundFile.at(path);
        if (found.isPresent() && !found.get().isRegular()) {
            FoundFile.Kind kind = found.get().kind();
            throw new FileProblem("it is " + kind + "; "
                    + (STANDARD_OUTPUT.contains(path) ? "standard output is the sink stdout" : kind.nameInstead()));
        }
        Path longest = RotatedNames.longest(path);
        try {
            FoundFile.at(longest);
        } catch (FileSystemException failure) {
            if (!FileProblem.isTooLong(failure)) {
                throw failure;
            }
            int more = RotatedNames.nameOf(longest).length()
                    - RotatedNames.nameOf(path).length();
            throw new FileProblem(
                    "its name is too long: a rotated file's is " + more + " bytes longer; choose a shorter one",
                    failure);
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return (Integer) Objects.requireNonNull(attributes.get(name));
    }

    boolean isRegular() {
        return kind == Kind.REGULAR;
    }

    /** Prints as in a sentence. */
    enum Kind {
        REGULAR(0100000, "a regular file", "name another file"),
        DIRECTORY(0040000, "a directory", "name a file in it"),
        LINK(0120000, "a symbolic link", "name the file itself"),
        PIPE(0010000, "a pipe", "name a regular file"),
        SOCKET(0140000, "a socket", "name a regular file"),
        DEVICE(0, "a device", "name a regular file, or another sink: stdout or discard");

        private static final int BITS = 0170000;

        private final int bits;
        private final String words;
        private final String nameInstead;

        Kind(int bits, String words, String nameInstead) {
            this.bits = bits;
            this.words = words;
            this.nameInstead = nameInstead;
        }

        private static Kind of(int mode) {
            for (Kind kind : values()) {
                if (kind.bits == (mode & BITS)) {
                    return kind;
                }
            }
            return DEVICE;
        }

        /** What somebody who named it can do. */
        String nameInstead() {
            return nameInstead;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * Why this process leaves it alone, though the name is one that it would have given. It is ours when it is a regular
     * file without another name, and its owner is this user, root, or who owns the directory and so can put anything there.
     */
    Optional<String> whyNotOurs() throws IOException {
        if (!isRegular()) {
            return Optional.of("it is " + kind);
        }
        if (links > 1) {
            return Optional.of("it has another name as well (a hard link)");
        }
        if (owner != 0 && ProcessUser.isKnown() && owner != ProcessUser.id() && owner != ownerOfDirectory()) {
            return Optional.of("it belongs to another user (uid " + owner + ")");
        }
        return Optional.empty();
    }

    /**
     * Whether it may be a trap: in a directory where everybody may put files, it belongs to a user who is neither this one nor
     * root nor the directory's owner. Linux asks the same before it opens such a file to write to, but only of those that it
     * would create.
     */
    boolean isSomebodysInAPublicPlace() throws IOException {
        return ProcessUser.isKnown()
                && owner != 0
                && owner != ProcessUser.id()
                && isInAPublicPlace()
                && owner != ownerOfDirectory();
    }

    /** Whether everybody may put files beside it. */
    boolean isInAPublicPlace() throws IOException {
        return (number("mode") & WRITABLE_BY_OTHERS) != 0;
    }

    private int ownerOfDirectory() throws IOException {
        return number("uid");
    }

    private int number(String attributeOfDirectory) throws IOException {
        return (Integer) Files.getAttribute(RotatedNames.directoryOf(path), "unix:" + attributeOfDirectory);
    }

    /**
     * Whether the name still has this file, and a descriptor of this process as well: said after opening it, that the
     * name was not given to another file just then.
     */
    boolean sameAndOpen() throws IOException {
        Optional<FoundFile> now = at(path);
        return now.isPresent() && now.get().key.equals(key) && isOpenHere(true);
    }

    /** Whether this process has it open, under whatever name. */
    boolean isHeldHere() throws IOException {
        return isOpenHere(false);
    }

    private boolean isOpenHere(boolean whereTheSystemDoesNotTell) throws IOException {
        return OpenDescriptor.areTold() ? OpenDescriptor.find(key).isPresent() : whereTheSystemDoesNotTell;
    }

    /** Whose files this process makes. */
    public static final class ProcessUser {
        private static final OptionalInt ID = read();

        private ProcessUser() {}

        /** False where the system does not tell. */
        public static boolean isKnown() {
            return ID.isPresent();
        }

        public static int id() {
            return ID.orElseThrow();
        }

        /** {@code Uid:} and the real, the effective, the saved, and the file system's user. */
        private static OptionalInt read() {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                    if (line.startsWith("Uid:")) {
                        return OptionalInt.of(Integer.parseUnsignedInt(line.split("\\s+", -1)[4]));
                    }
                }
            } catch (IOException noProc) {
                return OptionalInt.empty();
            }
            return OptionalInt.empty();
        }
    }

    /** A file that this process has open, as the system knows it, whatever became of its name: Linux tells. One thread. */
    static final class OpenDescriptor {
        private static final Path OWN = Path.of("/proc/self/fd");

        private Optional<Path> last = Optional.empty();

        /**
         * Whether the open file with this key has no name left; false where the system does not tell.
         *
         * @throws IOException when it does not tell for now
         */
        boolean isNameless(Object key) throws IOException {
            if (last.isEmpty() || !leadsTo(last.get(), key)) {
                last = find(key);
            }
            return last.isPresent() && Integer.valueOf(0).equals(Files.getAttribute(last.get(), "unix:nlink"));
        }

        private static boolean leadsTo(Path descriptor, Object key) throws IOException {
            try {
                return key.equals(Files.readAttributes(descriptor, BasicFileAttributes.class)
                        .fileKey());
            } catch (NoSuchFileException closed) {
                return false; // also for what is no file, and what only others may see
            }
        }

        /** Whether the system tells at all. */
        static boolean areTold() {
            return Files.isDirectory(OWN, LinkOption.NOFOLLOW_LINKS);
        }

        /** The descriptor that this process has of the file with that key, under whatever name; none if it has none. */
        static Optional<Path> find(Object key) throws IOException {
            if (!areTold()) {
                return Optional.empty();
            }
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(OWN)) {
                for (Path descriptor : descriptors) {
                    if (leadsTo(descriptor, key)) {
                        return Optional.of(descriptor);
                    }
                }
                return Optional.empty();
            } catch (NotDirectoryException noSuchSystem) {
                return Optional.empty();
            } catch (DirectoryIteratorException failure) {
                throw failure.getCause();
            }
        }
    }
}
