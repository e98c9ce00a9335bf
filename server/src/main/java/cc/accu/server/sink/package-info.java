/** Where lines end up, and when they count as stored. */
@NullMarked
package cc.accu.server.sink;

import org.jspecify.annotations.NullMarked;
