package cc.accu.client;

/** How much: messages, and their bytes with terminators. */
record Tally(long messages, long bytes) {
    static final Tally NONE = new Tally(0, 0);

    Tally plus(long moreMessages, long moreBytes) {
        return new Tally(messages + moreMessages, bytes + moreBytes);
    }
}
