package cc.accu.server;

import cc.accu.line.Origin;

/**
 * An open connection and what became of its messages so far.
 *
 * @param origin where it comes from
 * @param books its own, a part of the server's
 */
public record ConnectionState(Origin origin, Books books) {}
