package cc.accu.server.sink;

/** A sink could not be opened. The message says which, why, and what to do about it. */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SinkException(String address, String whyAndWhatToDo) {
        super("cannot open " + address + ": " + whyAndWhatToDo);
    }

    public SinkException(String address, String whyAndWhatToDo, Throwable cause) {
        super("cannot open " + address + ": " + whyAndWhatToDo, cause);
    }
}
