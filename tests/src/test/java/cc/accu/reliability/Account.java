package cc.accu.reliability;

/** What one sender did so far. The sender writes it, any thread reads it. */
final class Account {
    private final int sender;
    private volatile int attempted;
    private volatile int acknowledged;

    Account(int sender) {
        this.sender = sender;
    }

    int sender() {
        return sender;
    }

    /** The highest sequence number of which a byte may have left; every one below it was sent too. */
    int attempted() {
        return attempted;
    }

    /** This and every lower sequence number was acknowledged. */
    int acknowledged() {
        return acknowledged;
    }

    /** A byte of that line may leave from now on. */
    void attempts(int sequence) {
        attempted = Math.max(attempted, sequence);
    }

    /** An ack for all up to there was heard. */
    void hears(int sequence) {
        acknowledged = Math.max(acknowledged, sequence);
    }
}
