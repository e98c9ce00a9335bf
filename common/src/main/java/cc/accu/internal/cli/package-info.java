/** How people type commands, sizes and durations, and whether they look at a terminal. */
@NullMarked
package cc.accu.internal.cli;

import org.jspecify.annotations.NullMarked;
