/** From connections to sinks: each batch goes to every sink, and it is known how each of them is doing. */
@NullMarked
package cc.accu.server.internal.deliver;

import org.jspecify.annotations.NullMarked;
