package cc.accu.reliability;

/** What one sender did so far. Any thread. */
interface Account {
    int sender();

    /** The highest sequence number of which a byte may have left; every one below it was sent too. */
    int attempted();

    /** This and every lower sequence number was acknowledged. */
    int acknowledged();
}
