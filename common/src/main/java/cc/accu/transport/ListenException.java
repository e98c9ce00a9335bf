package cc.accu.transport;

/** An endpoint could not be listened on. The message says which, why, and what to do about it. */
public final class ListenException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ListenException(Endpoint endpoint, String whyAndWhatToDo) {
        super("cannot listen on " + endpoint + ": " + whyAndWhatToDo);
    }

    public ListenException(Endpoint endpoint, String whyAndWhatToDo, Throwable cause) {
        super("cannot listen on " + endpoint + ": " + whyAndWhatToDo, cause);
    }
}
