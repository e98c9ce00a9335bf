package cc.accu.internal.transport;

import cc.accu.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** Why the path of a Unix socket could not be used, told from what is there. Blocking, for as long as the file system takes. */
final class UnixPathProblem {
    private static final int FILE_TYPE = 0170000;
    private static final String SOCKET = "socket";

    private final Endpoint.Unix unix;
    private final Path path;

    private UnixPathProblem(Endpoint.Unix unix) {
        this.unix = unix;
        this.path = Path.of(unix.path()).toAbsolutePath();
    }

    /** Why nobody can listen there, and what to do. */
    static String whyNotBound(Endpoint.Unix unix, Throwable failure) {
        return new UnixPathProblem(unix).whyNotBound(failure);
    }

    /** Why nobody can connect there, and what to do. */
    static String whyNotConnected(Endpoint.Unix unix, Throwable failure) {
        if (unix.isAbstract()) {
            return Reason.of(failure) == Reason.CONNECTION_REFUSED
                    ? Reason.CONNECTION_REFUSED + "; nobody listens on that name: is the server running?"
                    : Reason.describe(failure);
        }
        return new UnixPathProblem(unix).whyNotConnected(failure);
    }

    private String whyNotBound(Throwable failure) {
        String why = Reason.describe(failure);
        return switch (Reason.of(failure)) {
            case NO_SUCH_FILE, NOT_A_DIRECTORY ->
                aboutAncestors()
                        .orElse("the file system of " + directory() + " takes no new files; choose another path");
            case PERMISSION_DENIED, NOT_PERMITTED -> why + "; " + whoMayCreate();
            case READ_ONLY -> directory() + " is on a read-only file system; choose another path";
            case NO_SPACE, QUOTA_EXCEEDED ->
                why + ": no file can be made in " + directory() + "; make room, or choose another path";
            case NOT_SUPPORTED ->
                why + ": the file system of " + directory() + " has no sockets; choose a path on another, as in /run";
            case LINKS_IN_A_CIRCLE -> "the symbolic links in " + directory() + " go in a circle; choose another path";
            case NAME_TOO_LONG -> why + "; choose a shorter one";
            case FILE_EXISTS, ADDRESS_IN_USE -> "something else took the name just now; try again";
            default -> why;
        };
    }

    private String whoMayCreate() {
        Path lock = UnixSocketLock.beside(unix);
        if (Files.exists(lock, LinkOption.NOFOLLOW_LINKS) && Files.isWritable(directory())) {
            return lock
                    + " belongs to another user, whose server starts or stops there; try again, or choose another path";
        }
        return user() + " may not create files in " + directory()
                + ": choose a directory that it may write to, or let it write to this one";
    }

    private String whyNotConnected(Throwable failure) {
        String why = Reason.describe(failure);
        return switch (Reason.of(failure)) {
            case CONNECTION_REFUSED -> whyRefused();
            case NO_SUCH_FILE -> why + "; " + whyMissing();
            case NOT_A_DIRECTORY -> aboutAncestors().orElse(why) + "; is the path right?";
            case PERMISSION_DENIED -> isSomethingElse() ? whyNoSocket() : why + "; " + whoMayConnect();
            case LINKS_IN_A_CIRCLE -> "the symbolic links at " + path + " go in a circle; give the path of the socket";
            case WRONG_SOCKET_TYPE ->
                "the socket there is not for streams (a datagram socket?), so no accu server listens on it; give the path"
                        + " that the server prints after \"listening on\"";
            case TRY_AGAIN -> "the server does not accept, and its queue is full; try again when it is less busy";
            default -> why;
        };
    }

    private String whyRefused() {
        return isSomethingElse()
                ? whyNoSocket()
                : Reason.CONNECTION_REFUSED + "; the socket file is there, but nobody listens on it: start the server";
    }

    /** The system asks for the rights first, whatever is there. */
    private boolean isSomethingElse() {
        return Files.exists(path) && !kindOf(path).equals(SOCKET);
    }

    private String whyNoSocket() {
        return "it is a " + kindOf(path)
                + ", not a socket; give the path that the server prints after \"listening on\"";
    }

    private String whyMissing() {
        if (Files.isSymbolicLink(path)) {
            return "it is a symbolic link to what does not exist: is the server running, with this path?";
        }
        return aboutAncestors()
                .map(why -> why.replaceFirst("; .*", "") + ": is the path right, and the server running?")
                .orElse("is the server running, with this path?" + inWhichDirectory());
    }

    private String inWhichDirectory() {
        return unix.path().startsWith("/") ? "" : " It is looked for in " + directory();
    }

    private String whoMayConnect() {
        for (Path above = directory(); above != null; above = above.getParent()) {
            if (Files.isDirectory(above) && !Files.isExecutable(above)) {
                return user() + " may not go through the directory " + above
                        + ": ask its owner, or choose another path";
            }
        }
        return user() + " needs write permission on the socket, whose mode and group say who may connect: see \"ls -l "
                + path + "\"; the server sets them, as in unix:///path?mode=0660&group=NAME";
    }

    /** What is missing or in the way above the file. */
    private Optional<String> aboutAncestors() {
        for (Path above = directory(); above != null; above = above.getParent()) {
            if (Files.isDirectory(above)) {
                return above.equals(directory()) ? Optional.empty() : Optional.of(missing());
            }
            if (Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
                return Files.exists(above)
                        ? Optional.of(above + " is a " + kindOf(above) + ", not a directory; choose another path")
                        : Optional.of(above + " is a symbolic link to what does not exist; choose another path");
            }
        }
        return Optional.of(missing());
    }

    private String missing() {
        return "the directory " + directory() + " does not exist; create it, or choose another path";
    }

    private Path directory() {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static String user() {
        return "user " + System.getProperty("user.name", "?");
    }

    /** What the path leads to, in a word or two. */
    static String kindOf(Path path, LinkOption... options) {
        try {
            return switch ((int) Files.getAttribute(path, "unix:mode", options) & FILE_TYPE) {
                case 0140000 -> SOCKET;
                case 0120000 -> "symbolic link";
                case 0100000 -> "regular file";
                case 0060000, 0020000 -> "device";
                case 0040000 -> "directory";
                case 0010000 -> "named pipe";
                default -> "file of another kind";
            };
        } catch (IOException | UnsupportedOperationException unknown) {
            return "file of an unknown kind";
        }
    }
}
