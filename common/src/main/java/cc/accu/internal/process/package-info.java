/** What the process was given when it started: its standard streams. */
@NullMarked
package cc.accu.internal.process;

import org.jspecify.annotations.NullMarked;
