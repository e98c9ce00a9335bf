package cc.accu.internal.transport;

import cc.accu.internal.text.Printable;
import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import java.io.FileNotFoundException;
import java.lang.reflect.InvocationTargetException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Why a system call failed, told from the many exceptions that NIO, the native transports and the file system throw
 * for the same cause.
 */
public enum Reason {
    ADDRESS_IN_USE("address already in use"),
    ADDRESS_NOT_AVAILABLE("cannot assign requested address"),
    PERMISSION_DENIED("permission denied"),
    NOT_PERMITTED("operation not permitted"),
    NOT_SUPPORTED("operation not supported"),
    CONNECTION_REFUSED("connection refused"),
    CONNECTION_RESET("connection reset by peer"),
    BROKEN_PIPE("broken pipe"),
    NO_ROUTE("no route to host"),
    NETWORK_UNREACHABLE("network is unreachable"),
    NO_SUCH_FILE("no such file or directory"),
    NOT_A_DIRECTORY("not a directory"),
    IS_A_DIRECTORY("is a directory"),
    DIRECTORY_NOT_EMPTY("directory not empty"),
    LINKS_IN_A_CIRCLE("too many levels of symbolic links"),
    NAME_TOO_LONG("file name too long"),
    READ_ONLY("read-only file system"),
    NO_SPACE("no space left on device"),
    QUOTA_EXCEEDED("disk quota exceeded"),
    FILE_EXISTS("file exists"),
    TOO_MANY_OPEN_FILES("too many open files"),
    WRONG_SOCKET_TYPE("protocol wrong type for socket"),
    WRONG_FAMILY("address family not supported by protocol"),
    IO_ERROR("input/output error"),
    INVALID_ARGUMENT("invalid argument"),
    NO_MEMORY("cannot allocate memory"),
    TRY_AGAIN("resource temporarily unavailable"),
    UNKNOWN_HOST("unknown host"),
    TIMEOUT("i/o timeout"),
    CLOSED("use of closed network connection"),
    OTHER("");

    /** What Netty puts before the words of the system: {@code bind(..) failed with error(-95): }. */
    private static final Pattern NATIVE_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed[^:]*: ");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** What made {@code failure} happen. */
    public static Reason of(Throwable failure) {
        Throwable root = root(failure);
        return root.equals(failure) ? ofItself(failure) : of(root);
    }

    /** Netty says of a socket or an event loop only that there is none, and why in the cause. */
    private static Throwable root(Throwable failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            return failure;
        }
        boolean wraps = failure instanceof ChannelException
                || failure instanceof InvocationTargetException
                || cause.toString().equals(failure.getMessage());
        return wraps && ofItself(failure) == OTHER ? root(cause) : failure;
    }

    private static Reason ofItself(Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return UNKNOWN_HOST;
        }
        if (failure instanceof ConnectTimeoutException) {
            return TIMEOUT;
        }
        if (failure instanceof ClosedChannelException) {
            return CLOSED;
        }
        if (failure instanceof AccessDeniedException) {
            return PERMISSION_DENIED;
        }
        if (failure instanceof NoSuchFileException || isMissing(failure)) {
            return NO_SUCH_FILE;
        }
        if (failure instanceof FileAlreadyExistsException) {
            return FILE_EXISTS;
        }
        if (failure instanceof NotDirectoryException) {
            return NOT_A_DIRECTORY;
        }
        if (failure instanceof DirectoryNotEmptyException) {
            return DIRECTORY_NOT_EMPTY;
        }
        String message = text(failure).toLowerCase(Locale.ROOT);
        for (Reason reason : values()) {
            if (message.contains(reason.text) && reason != OTHER) {
                return reason;
            }
        }
        return message.contains("connection reset") ? CONNECTION_RESET : OTHER;
    }

    /** The older way to open files tells all reasons with one class. */
    private static boolean isMissing(Throwable failure) {
        return failure instanceof FileNotFoundException && !text(failure).endsWith(")");
    }

    /** What the system said; of a file's failure not the name of the file, which may be any words. */
    private static String text(Throwable failure) {
        String text = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        return text == null ? "" : text;
    }

    /** The reason in a few plain words, without the name of a class or the number of an error, in one line. */
    public static String describe(Throwable failure) {
        Reason reason = of(failure);
        if (reason != OTHER) {
            return reason == TOO_MANY_OPEN_FILES ? reason.text + "; raise the limit with \"ulimit -n\"" : reason.text;
        }
        String said = NATIVE_CALL.matcher(text(root(failure))).replaceFirst("");
        return said.isBlank() ? "for a reason that the system does not tell" : Printable.line(said);
    }

    @Override
    public String toString() {
        return text;
    }
}
