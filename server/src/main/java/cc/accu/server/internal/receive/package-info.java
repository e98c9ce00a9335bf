/** What a connection is made of and does not know whose it is: handshake steps, flow control, answers, limits. */
@NullMarked
package cc.accu.server.internal.receive;

import org.jspecify.annotations.NullMarked;
