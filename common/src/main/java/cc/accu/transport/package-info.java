/** Endpoints and the sockets behind them: all that differs between kinds of sockets. */
@NullMarked
package cc.accu.transport;

import org.jspecify.annotations.NullMarked;
