/** Who may send: by address and user, and by what a load balancer says of the sender that it speaks for. */
@NullMarked
package cc.accu.server.internal.access;

import org.jspecify.annotations.NullMarked;
