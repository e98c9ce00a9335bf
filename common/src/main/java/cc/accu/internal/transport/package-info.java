/** Sockets: all that differs between their kinds, and the memory that a read takes. */
@NullMarked
package cc.accu.internal.transport;

import org.jspecify.annotations.NullMarked;
