package cc.accu.internal.transport;

/**
 * A read that did not take place, since {@link ReadRoom} had none for it: what has arrived stays with the system. Netty
 * passes it through the pipeline, which ignores it.
 */
public final class ReadPausedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ReadPausedException() {
        super("reading is paused", null, false, false);
    }
}
