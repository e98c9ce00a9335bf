/** How people type commands, sizes and durations, and whether they look at a terminal. */
@NullMarked
package cc.accu.console;

import org.jspecify.annotations.NullMarked;
