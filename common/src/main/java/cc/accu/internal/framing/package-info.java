/** How bytes become batches of lines, and the lines of accu/1. */
@NullMarked
package cc.accu.internal.framing;

import org.jspecify.annotations.NullMarked;
