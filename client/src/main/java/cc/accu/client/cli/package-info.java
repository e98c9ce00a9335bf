/** The command: words in, exit codes out. */
@NullMarked
package cc.accu.client.cli;

import org.jspecify.annotations.NullMarked;
