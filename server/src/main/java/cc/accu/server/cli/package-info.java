/** The server's command line, a thin user of the builder. */
@NullMarked
package cc.accu.server.cli;

import org.jspecify.annotations.NullMarked;
