/** Sends lines to any line server. Start with {@link cc.accu.client.LineClient}. */
@NullMarked
package cc.accu.client;

import org.jspecify.annotations.NullMarked;
