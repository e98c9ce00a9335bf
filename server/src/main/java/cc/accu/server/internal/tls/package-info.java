/** TLS on a listener: its certificates, and the steps of a handshake that belong to it. */
@NullMarked
package cc.accu.server.internal.tls;

import org.jspecify.annotations.NullMarked;
