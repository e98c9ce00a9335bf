/** Files that lines are appended to, and all about them. */
@NullMarked
package cc.accu.server.internal.file;

import org.jspecify.annotations.NullMarked;
