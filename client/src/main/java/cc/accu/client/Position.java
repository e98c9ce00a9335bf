package cc.accu.client;

/** A place in all that was ever sent: so many messages, and so many bytes with terminators, come before it. */
record Position(long messages, long bytes) {
    static final Position NONE = new Position(0, 0);

    Position plus(long moreMessages, long moreBytes) {
        return new Position(messages + moreMessages, bytes + moreBytes);
    }
}
