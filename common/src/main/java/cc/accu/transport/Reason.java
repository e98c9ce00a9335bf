package cc.accu.transport;

import io.netty.channel.ConnectTimeoutException;
import java.io.FileNotFoundException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * Why a system call failed, told from the many exceptions that NIO, the native transports and the file system throw
 * for the same cause.
 */
public enum Reason {
    ADDRESS_IN_USE("address already in use"),
    ADDRESS_NOT_AVAILABLE("cannot assign requested address"),
    PERMISSION_DENIED("permission denied"),
    CONNECTION_REFUSED("connection refused"),
    CONNECTION_RESET("connection reset by peer"),
    BROKEN_PIPE("broken pipe"),
    NO_ROUTE("no route to host"),
    NETWORK_UNREACHABLE("network is unreachable"),
    NO_SUCH_FILE("no such file or directory"),
    FILE_EXISTS("file exists"),
    TOO_MANY_OPEN_FILES("too many open files"),
    WRONG_SOCKET_TYPE("protocol wrong type for socket"),
    TRY_AGAIN("resource temporarily unavailable"),
    UNKNOWN_HOST("unknown host"),
    TIMEOUT("i/o timeout"),
    CLOSED("use of closed network connection"),
    OTHER("");

    private final String text;

    Reason(String text) {
        this.text = text;
    }

    /** What made {@code failure} happen. */
    public static Reason of(Throwable failure) {
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
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return NO_SUCH_FILE;
        }
        if (failure instanceof FileAlreadyExistsException) {
            return FILE_EXISTS;
        }
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        for (Reason reason : values()) {
            if (message.contains(reason.text) && reason != OTHER) {
                return reason;
            }
        }
        return message.contains("connection reset") ? CONNECTION_RESET : OTHER;
    }

    /** The reason in a few plain words, without the name of a class or the number of an error. */
    public static String describe(Throwable failure) {
        Reason reason = of(failure);
        if (reason != OTHER) {
            return reason.text;
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    static String unknownHost(UnknownHostException unknown) {
        String message = unknown.getMessage();
        return message == null ? UNKNOWN_HOST.text : message;
    }

    @Override
    public String toString() {
        return text;
    }
}
