/** What all tests share. */
@NullMarked
package cc.accu.testing;

import org.jspecify.annotations.NullMarked;
