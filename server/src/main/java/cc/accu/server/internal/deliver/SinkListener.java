package cc.accu.server.internal.deliver;

/** Is told when the health of a sink changes. Called on any thread: does not wait, and does not throw. */
public interface SinkListener {
    /** The sink has stored nothing for some seconds, though something waits. */
    void stalled(String address);

    /** A sink that had stalled stores again. */
    void resumed(String address);

    /** The sink has failed, for good. Called once for each. */
    void failed(String address, Throwable failure);
}
