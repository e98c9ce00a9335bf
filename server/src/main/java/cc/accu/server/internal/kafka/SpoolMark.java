package cc.accu.server.internal.kafka;

/**
 * Where the lines of a batch are in the spool that they come out of: a reader drops those that it has had.
 *
 * @param spool the spool's id
 * @param first position of the first line; the others follow one by one
 */
public record SpoolMark(String spool, long first) {}
