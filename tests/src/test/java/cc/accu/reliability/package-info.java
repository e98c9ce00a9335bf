/**
 * The evidence that nothing acknowledged is lost: faults, and what must hold after each. Knows the server by its contract
 * alone, as a process, and speaks accu/1 with sockets of its own. Start with {@link cc.accu.reliability.Fault}.
 */
@NullMarked
package cc.accu.reliability;

import org.jspecify.annotations.NullMarked;
