/** Tests of the command, against plain sockets. */
@NullMarked
package cc.accu.client.cli;

import org.jspecify.annotations.NullMarked;
