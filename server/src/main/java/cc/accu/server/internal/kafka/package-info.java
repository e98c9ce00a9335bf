/**
 * Lines on their way to Kafka. Nothing outside of this package names a class of the Kafka client, so a server without it
 * loads none.
 */
@NullMarked
package cc.accu.server.internal.kafka;

import org.jspecify.annotations.NullMarked;
