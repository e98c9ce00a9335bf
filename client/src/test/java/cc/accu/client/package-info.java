/** Tests of the client, against plain sockets. */
@NullMarked
package cc.accu.client;

import org.jspecify.annotations.NullMarked;
