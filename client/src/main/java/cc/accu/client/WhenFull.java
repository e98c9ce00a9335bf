package cc.accu.client;

/** What sending does when the window is full: the server, or the network, is slower than we are. */
public enum WhenFull {
    /** Waits until there is room. */
    BLOCK,
    /** Fails at once with a {@link WindowFullException}; the message is not taken. */
    FAIL
}
