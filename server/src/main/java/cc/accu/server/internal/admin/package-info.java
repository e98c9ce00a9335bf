/** What a server shows over HTTP: metrics, health, connections, live messages. It only watches. */
@NullMarked
package cc.accu.server.internal.admin;

import org.jspecify.annotations.NullMarked;
