/** Group commit: what waits for a writer is written together, committed once, and told together. */
@NullMarked
package cc.accu.server.internal.commit;

import org.jspecify.annotations.NullMarked;
