/** The embeddable server: listeners in, sinks out. */
@NullMarked
package cc.accu.server;

import org.jspecify.annotations.NullMarked;
