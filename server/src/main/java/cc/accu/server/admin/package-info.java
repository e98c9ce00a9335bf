/** A look at a running server, over HTTP. */
@NullMarked
package cc.accu.server.admin;

import org.jspecify.annotations.NullMarked;
