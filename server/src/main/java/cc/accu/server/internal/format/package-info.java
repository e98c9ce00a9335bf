/** How a line looks where it is stored. */
@NullMarked
package cc.accu.server.internal.format;

import org.jspecify.annotations.NullMarked;
