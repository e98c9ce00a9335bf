package cc.accu.reliability;

/** What carries the lines of a run. */
enum Carrier {
    /** TCP and a Unix socket. */
    PLAIN,
    TLS
}
