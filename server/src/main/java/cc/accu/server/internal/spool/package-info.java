/**
 * Store and forward: lines go to files first, and from there, in order, to wherever a forwarder takes them. The files are
 * the file sink's.
 */
@NullMarked
package cc.accu.server.internal.spool;

import org.jspecify.annotations.NullMarked;
