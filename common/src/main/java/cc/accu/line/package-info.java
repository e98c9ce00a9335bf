/** Lines: how bytes become batches of them, and where they came from. */
@NullMarked
package cc.accu.line;

import org.jspecify.annotations.NullMarked;
