/** TLS: keys and certificates from files, its end of a connection, and its failures in words. */
@NullMarked
package cc.accu.internal.tls;

import org.jspecify.annotations.NullMarked;
