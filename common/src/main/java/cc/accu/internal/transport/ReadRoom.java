package cc.accu.internal.transport;

/** Says before each read of a channel how much may be read, so that no memory is taken that is not there. Event loop. */
public interface ReadRoom {
    /**
     * Called before each read, also before those that the native transports make although reading is paused, as they do
     * once the peer has ended its output.
     *
     * @param most bytes that a read can bring
     * @return bytes that this one may bring; 0 to read nothing, when reading is paused or has just been
     */
    int bytesToRead(int most);

    /** There was no memory for a read that was allowed. Nothing was read, and nothing is lost. */
    void outOfMemory(OutOfMemoryError failure);
}
